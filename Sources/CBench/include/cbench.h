#ifndef CBENCH_H
#define CBENCH_H

#include "frame_batch.h"

#include <linux/if_packet.h>
#include <malloc.h>
#include <poll.h>
#include <sys/epoll.h>

/// How often this thread has asked for memory. A program that links this has the C library's allocation functions
/// replaced by ones that count and then do the same.
unsigned long thread_allocation_count(void);

/// Waits until the descriptor can be read or so many nanoseconds, less than a second, are over; returns whether it can.
int wait_readable(int descriptor, long nanoseconds);

#endif
