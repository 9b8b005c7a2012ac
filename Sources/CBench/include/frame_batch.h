#ifndef FRAME_BATCH_H
#define FRAME_BATCH_H

#include <stdint.h>

/// Frames that a packet socket sends or receives with one call, because Swift cannot import recvmmsg and sendmmsg.
struct frame_batch;

/// Room for so many frames of up to FRAME_BATCH_ROOM bytes each; NULL when there is no memory.
struct frame_batch *frame_batch_create(int capacity);
void frame_batch_free(struct frame_batch *batch);

#define FRAME_BATCH_ROOM 1536

/// The bytes of a frame, to be written before sending and read after receiving.
uint8_t *frame_batch_bytes(struct frame_batch *batch, int number);

/// How many bytes of a frame count.
int frame_batch_length(const struct frame_batch *batch, int number);
void frame_batch_set_length(struct frame_batch *batch, int number, int length);

/// Receives what is there, without waiting; returns how many frames, 0 when there is none, or -1 and errno.
int frame_batch_receive(struct frame_batch *batch, int descriptor);

/// Sends the first `count` frames; returns how many the link took, or -1 and errno when it took none.
int frame_batch_send(struct frame_batch *batch, int descriptor, int count);

/// Lets a packet socket take only DHCP messages to clients, and none to the one whose hardware address ends with these
/// four bytes. Frames for it are dropped in the kernel, so that they cost their reader nothing. Returns -1 and errno.
int accept_replies_except(int descriptor, uint32_t hardware_address_end);

#endif
