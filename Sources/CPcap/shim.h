#ifndef CPCAP_SHIM_H
#define CPCAP_SHIM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <malloc.h>
#include <netpacket/packet.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>

// Sends frames that stand one after the other in `bytes`, frame i from where the one before it ends to ends[i], beginning
// with frame `first`, in one system call: at most 64 of them. Returns how many were taken, or -1 with errno.
//
// Swift does not import struct mmsghdr, which glibc declares for GNU programs only.
static inline int cpcap_send_frames(int descriptor, const uint8_t *bytes, const uint32_t *ends, unsigned int first,
                                    unsigned int count) {
  struct mmsghdr messages[64];
  struct iovec parts[64];
  unsigned int sending = count - first < 64 ? count - first : 64;
  memset(messages, 0, sizeof(struct mmsghdr) * sending);
  for (unsigned int i = 0; i < sending; i++) {
    uint32_t start = first + i == 0 ? 0 : ends[first + i - 1];
    parts[i].iov_base = (void *)(bytes + start);
    parts[i].iov_len = ends[first + i] - start;
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  return sendmmsg(descriptor, messages, sending, MSG_NOSIGNAL);
}

#endif
