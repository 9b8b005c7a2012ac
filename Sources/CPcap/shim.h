#ifndef CPCAP_SHIM_H
#define CPCAP_SHIM_H

// Without _GNU_SOURCE: it declares fd_set otherwise than Swift's own import of glibc does.
#include <errno.h>
#include <malloc.h>
#include <netpacket/packet.h>
#include <pcap/pcap.h>
#include <sys/eventfd.h>

#endif
