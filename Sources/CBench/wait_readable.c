#define _GNU_SOURCE
#include "cbench.h"

#include <stddef.h>
#include <time.h>

int wait_readable(int descriptor, long nanoseconds) {
  struct pollfd interest = {.fd = descriptor, .events = POLLIN};
  struct timespec limit = {.tv_nsec = nanoseconds};
  return ppoll(&interest, 1, &limit, NULL) > 0;
}
