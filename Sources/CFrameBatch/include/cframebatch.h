#ifndef CFRAMEBATCH_H
#define CFRAMEBATCH_H

#include <stdint.h>

/// Sends frames that stand one after the other in `bytes`, frame i from where the one before it ends to ends[i], beginning
/// with frame `first` of `count`, in one system call: at most 64 of them. Returns how many were taken, or -1 with errno.
///
/// Swift does not import struct mmsghdr, which glibc declares for GNU programs only; and a header that asks for those
/// declares fd_set otherwise than Swift's own import of glibc, which the compiler refuses where it meets both.
int frame_batch_send_next(int descriptor, const uint8_t *bytes, const uint32_t *ends, unsigned int first, unsigned int count);

#endif
