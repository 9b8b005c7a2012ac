#define _GNU_SOURCE
#include "frame_batch.h"

#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <sys/socket.h>

struct frame_batch {
  int capacity;
  struct mmsghdr *headers;
  struct iovec *pieces;
  uint8_t *bytes;
};

struct frame_batch *frame_batch_create(int capacity) {
  struct frame_batch *batch = calloc(1, sizeof *batch);
  if (batch == NULL) return NULL;
  batch->capacity = capacity;
  batch->headers = calloc((size_t)capacity, sizeof *batch->headers);
  batch->pieces = calloc((size_t)capacity, sizeof *batch->pieces);
  batch->bytes = calloc((size_t)capacity, FRAME_BATCH_ROOM);
  if (batch->headers == NULL || batch->pieces == NULL || batch->bytes == NULL) {
    frame_batch_free(batch);
    return NULL;
  }
  for (int number = 0; number < capacity; number++) {
    batch->pieces[number].iov_base = frame_batch_bytes(batch, number);
    batch->pieces[number].iov_len = FRAME_BATCH_ROOM;
    batch->headers[number].msg_hdr.msg_iov = &batch->pieces[number];
    batch->headers[number].msg_hdr.msg_iovlen = 1;
  }
  return batch;
}

void frame_batch_free(struct frame_batch *batch) {
  if (batch == NULL) return;
  free(batch->headers);
  free(batch->pieces);
  free(batch->bytes);
  free(batch);
}

uint8_t *frame_batch_bytes(struct frame_batch *batch, int number) {
  return batch->bytes + (size_t)number * FRAME_BATCH_ROOM;
}

int frame_batch_length(const struct frame_batch *batch, int number) { return (int)batch->headers[number].msg_len; }

void frame_batch_set_length(struct frame_batch *batch, int number, int length) {
  batch->pieces[number].iov_len = (size_t)length;
}

int frame_batch_receive(struct frame_batch *batch, int descriptor) {
  int count = recvmmsg(descriptor, batch->headers, (unsigned)batch->capacity, MSG_DONTWAIT, NULL);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  return count;
}

int frame_batch_send(struct frame_batch *batch, int descriptor, int count) {
  return sendmmsg(descriptor, batch->headers, (unsigned)count, 0);
}

int accept_replies_except(int descriptor, uint32_t hardware_address_end) {
  // Offsets in a frame whose IP header has no options: 23 the protocol, 36 the UDP port it goes to, 72 the third byte of
  // the client's hardware address.
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 17, 0, 5),
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 36),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 68, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 72),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, hardware_address_end, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, FRAME_BATCH_ROOM),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
  return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}
