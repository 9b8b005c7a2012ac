// The yardstick for a DHCP responder: libpcap in immediate mode, one reply injected for each request, and between the
// two as little as plain C can do. Replies are laid out beforehand and so is the sum of what never changes in them; what
// is left for each is to copy what the client sent, to put its address in, and to add up thirty bytes.

#define _GNU_SOURCE
#include "cdhcpbare.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pcap/pcap.h>

enum {
  ETHERNET = 0,
  IP = 14,
  UDP = IP + 20,
  BOOTP = UDP + 8,
  XID = BOOTP + 4,
  FLAGS = BOOTP + 10,
  YIADDR = BOOTP + 16,
  GIADDR = BOOTP + 24,
  CHADDR = BOOTP + 28,
  COOKIE = BOOTP + 236,
  OPTIONS = BOOTP + 240,
  // RFC 1542, 2.1: a BOOTP message has 300 bytes at least.
  BOOTP_LENGTH = 300,
  FRAME_LENGTH = BOOTP + BOOTP_LENGTH,

  DISCOVER = 1,
  OFFER = 2,
  REQUEST = 3,
  ACK = 5,
};

// An answer, and the sums of its IP header and of its UDP datagram while what changes in them is zero.
struct canned {
  uint8_t frame[FRAME_LENGTH];
  uint32_t ip_sum;
  uint32_t udp_sum;
};

struct responder {
  pcap_t *capture;
  struct canned offer;
  struct canned ack;
  unsigned long answered;
  unsigned long failed;
};

static volatile sig_atomic_t is_stopping;

static void stop(int signal) {
  (void)signal;
  is_stopping = 1;
}

// Sums are kept in the order of bytes that the machine has: the result is the same in either (RFC 1071, 2 (B)).
static uint32_t sum(const uint8_t *bytes, int count) {
  uint32_t total = 0;
  for (int offset = 0; offset < count; offset += 2) {
    uint16_t word;
    memcpy(&word, bytes + offset, 2);
    total += word;
  }
  return total;
}

static uint16_t folded(uint32_t total) {
  total = (total & 0xffff) + (total >> 16);
  total = (total & 0xffff) + (total >> 16);
  return (uint16_t)~total;
}

static void put16(uint8_t *place, uint16_t value) {
  place[0] = (uint8_t)(value >> 8);
  place[1] = (uint8_t)value;
}

static void lay_out(struct canned *canned, uint8_t type, const uint8_t hardware_address[6]) {
  static const uint8_t server[4] = {10, 64, 0, 1};
  const uint8_t options[] = {
      53, 1, type, 54, 4, 10, 64, 0, 1, 51, 4, 0, 0, 0x0e, 0x10, 1, 4, 255, 255, 0, 0, 3, 4, 10, 64, 0, 1,
      6, 4, 10, 64, 0, 2, 15, 13, 'b', 'e', 'n', 'c', 'h', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', 26, 2, 0x05, 0xaa,
      255,
  };
  uint8_t *frame = canned->frame;
  memset(frame, 0, FRAME_LENGTH);
  memcpy(frame + ETHERNET + 6, hardware_address, 6);
  put16(frame + ETHERNET + 12, 0x0800);
  frame[IP] = 0x45;
  put16(frame + IP + 2, FRAME_LENGTH - IP);
  frame[IP + 8] = 64;
  frame[IP + 9] = 17;
  memcpy(frame + IP + 12, server, 4);
  put16(frame + UDP, 67);
  put16(frame + UDP + 2, 68);
  put16(frame + UDP + 4, FRAME_LENGTH - UDP);
  frame[BOOTP] = 2;
  frame[BOOTP + 1] = 1;
  frame[BOOTP + 2] = 6;
  frame[COOKIE] = 99;
  frame[COOKIE + 1] = 130;
  frame[COOKIE + 2] = 83;
  frame[COOKIE + 3] = 99;
  memcpy(frame + OPTIONS, options, sizeof options);
  // The pseudo header (RFC 768) has the addresses, the protocol and the length of the datagram.
  uint8_t pseudo[4] = {0, 17};
  put16(pseudo + 2, FRAME_LENGTH - UDP);
  canned->ip_sum = sum(frame + IP, 20);
  canned->udp_sum = sum(frame + IP + 12, 8) + sum(pseudo, 4) + sum(frame + UDP, FRAME_LENGTH - UDP);
}

// The type of a message from a client, 0 when it is nothing to be answered.
static uint8_t message_type(const uint8_t *frame, uint32_t length) {
  static const uint8_t cookie[4] = {99, 130, 83, 99};
  if (length < OPTIONS || frame[ETHERNET + 12] != 0x08 || frame[ETHERNET + 13] != 0 || frame[IP] != 0x45) return 0;
  if (frame[BOOTP] != 1 || frame[BOOTP + 2] != 6 || memcmp(frame + COOKIE, cookie, 4) != 0) return 0;
  uint32_t offset = OPTIONS;
  while (offset + 2 < length && frame[offset] != 255) {
    if (frame[offset] == 53) return frame[offset + 2];
    offset += frame[offset] == 0 ? 1 : 2u + frame[offset + 1];
  }
  return 0;
}

static void answer(uint8_t *argument, const struct pcap_pkthdr *header, const uint8_t *request) {
  struct responder *responder = (struct responder *)argument;
  uint8_t type = message_type(request, header->caplen);
  if (type != DISCOVER && type != REQUEST) return;
  struct canned *canned = type == DISCOVER ? &responder->offer : &responder->ack;
  uint8_t *reply = canned->frame;
  const uint8_t address[4] = {10, 64, request[CHADDR + 4], request[CHADDR + 5]};
  if (request[FLAGS] & 0x80) {
    memset(reply, 0xff, 6);
    memset(reply + IP + 16, 0xff, 4);
  } else {
    memcpy(reply, request + CHADDR, 6);
    memcpy(reply + IP + 16, address, 4);
  }
  memcpy(reply + XID, request + XID, 4);
  memcpy(reply + FLAGS, request + FLAGS, 2);
  memcpy(reply + YIADDR, address, 4);
  memcpy(reply + GIADDR, request + GIADDR, 4);
  memcpy(reply + CHADDR, request + CHADDR, 16);
  uint32_t destination = sum(reply + IP + 16, 4);
  uint16_t ip = folded(canned->ip_sum + destination);
  uint16_t udp = folded(canned->udp_sum + destination + sum(reply + XID, 4) + sum(reply + FLAGS, 2) +
                        sum(reply + YIADDR, 4) + sum(reply + GIADDR, 20));
  // A sum of zero is sent as ones, because zero means that there is none.
  if (udp == 0) udp = 0xffff;
  memcpy(reply + IP + 10, &ip, 2);
  memcpy(reply + UDP + 6, &udp, 2);
  if (pcap_inject(responder->capture, reply, FRAME_LENGTH) == FRAME_LENGTH) {
    responder->answered++;
  } else {
    responder->failed++;
  }
}

static int fail(char *error, unsigned long size, const char *what, const char *why) {
  snprintf(error, size, "%s: %s", what, why);
  return 1;
}

static int read_hardware_address(const char *interface, uint8_t address[6]) {
  struct ifreq request = {0};
  strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  int result = ioctl(descriptor, SIOCGIFHWADDR, &request);
  close(descriptor);
  memcpy(address, request.ifr_hwaddr.sa_data, 6);
  return result;
}

// Everything that has to be set before the first packet. NULL with the reason in `error`.
static pcap_t *open_capture(const char *interface, char *error, unsigned long size) {
  char reason[PCAP_ERRBUF_SIZE] = "";
  struct bpf_program program;
  pcap_t *capture = pcap_create(interface, reason);
  if (capture == NULL) {
    fail(error, size, interface, reason);
    return NULL;
  }
  // Immediate mode hands over each packet at once, instead of when a block of them is full or a time is over.
  if (pcap_set_snaplen(capture, 1514) == 0 && pcap_set_immediate_mode(capture, 1) == 0 &&
      pcap_set_buffer_size(capture, 8 << 20) == 0 && pcap_activate(capture) >= 0 &&
      pcap_setnonblock(capture, 1, reason) == 0 && pcap_setdirection(capture, PCAP_D_IN) == 0 &&
      pcap_compile(capture, &program, "udp dst port 67", 1, PCAP_NETMASK_UNKNOWN) == 0) {
    int result = pcap_setfilter(capture, &program);
    pcap_freecode(&program);
    if (result == 0) return capture;
  }
  fail(error, size, interface, reason[0] != 0 ? reason : pcap_geterr(capture));
  pcap_close(capture);
  return NULL;
}

int dhcp_bare_run(const char *interface, char *error, unsigned long size) {
  static struct responder responder;
  uint8_t hardware_address[6];
  if (read_hardware_address(interface, hardware_address) != 0) return fail(error, size, interface, strerror(errno));
  lay_out(&responder.offer, OFFER, hardware_address);
  lay_out(&responder.ack, ACK, hardware_address);
  responder.capture = open_capture(interface, error, size);
  if (responder.capture == NULL) return 1;

  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);

  printf("ready\n");
  fflush(stdout);
  struct pollfd interest = {.fd = pcap_get_selectable_fd(responder.capture), .events = POLLIN};
  int result = 0;
  while (!is_stopping && result >= 0) {
    // A signal just before waiting is noticed half a second later.
    if (poll(&interest, 1, 500) < 0 && errno != EINTR) break;
    result = pcap_dispatch(responder.capture, -1, answer, (uint8_t *)&responder);
  }
  struct pcap_stat counts = {0};
  pcap_stats(responder.capture, &counts);
  printf("answered=%lu failed=%lu dropped=%u\n", responder.answered, responder.failed, counts.ps_drop);
  fflush(stdout);
  int status = is_stopping ? 0 : fail(error, size, interface, pcap_geterr(responder.capture));
  pcap_close(responder.capture);
  return status;
}
