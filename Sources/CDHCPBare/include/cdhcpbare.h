#ifndef CDHCPBARE_H
#define CDHCPBARE_H

/// Answers DHCPv4 on an interface with canned replies until SIGTERM or SIGINT: the least that a responder has to do.
///
/// Whoever asks is given 10.64.x.y, where x and y are the last two bytes of its hardware address. Prints `ready` when it
/// listens, and how many it answered at the end. Returns 0, or 1 with what went wrong written to `error`.
int dhcp_bare_run(const char *interface, char *error, unsigned long size);

#endif
