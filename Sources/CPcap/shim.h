#include <netpacket/packet.h>
#include <pcap/pcap.h>
#include <sys/eventfd.h>
