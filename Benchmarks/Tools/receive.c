// receive [--dst IPV4-ADDRESS | --empty | --times COUNT]
//
// The lower bound for every dump: requests the kernel's conntrack table and only receives it. Prints the number of entries.
//     --dst ADDRESS   has the kernel filter by the original destination (CTA_FILTER, Linux 5.8)
//     --empty         requests IPv6 only: on a table of IPv4 entries, just the walk over the hash table
//     --times COUNT   does it again and again, a dump a second, as a screen does
//
// In C, so that it measures nothing but the kernel's work.
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <linux/netlink.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

// Bits of CTA_FILTER_ORIG_FLAGS, in host order. Not in any exported header: CTA_FILTER_F_CTA_IP_DST in nf_internals.h.
enum { FILTER_BY_DESTINATION = 1 << 1 };

struct request {
    struct nlmsghdr header;
    struct nfgenmsg family;
    char attributes[64];
};

static struct nlattr *put(struct request *request, int type, const void *value, unsigned size)
{
    struct nlattr *attribute = (struct nlattr *)((char *)request + request->header.nlmsg_len);
    attribute->nla_type = type;
    attribute->nla_len = NLA_HDRLEN + size;
    if (size > 0)
        memcpy(attribute + 1, value, size);
    request->header.nlmsg_len += NLA_ALIGN(attribute->nla_len);
    return attribute;
}

static void close_nest(struct request *request, struct nlattr *nest)
{
    nest->nla_len = (char *)request + request->header.nlmsg_len - (char *)nest;
}

static void filter_by(struct request *request, struct in_addr destination)
{
    const unsigned flags = FILTER_BY_DESTINATION;
    struct nlattr *filter = put(request, CTA_FILTER | NLA_F_NESTED, NULL, 0);
    put(request, CTA_FILTER_ORIG_FLAGS, &flags, sizeof flags);
    close_nest(request, filter);
    struct nlattr *tuple = put(request, CTA_TUPLE_ORIG | NLA_F_NESTED, NULL, 0);
    struct nlattr *addresses = put(request, CTA_TUPLE_IP | NLA_F_NESTED, NULL, 0);
    put(request, CTA_IP_V4_DST, &destination, sizeof destination);
    close_nest(request, addresses);
    close_nest(request, tuple);
}

static long receive_all(int descriptor)
{
    static char buffer[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
    long entries = 0;
    for (;;) {
        ssize_t size = recv(descriptor, buffer, sizeof buffer, 0);
        if (size <= 0)
            return -1;
        unsigned left = (unsigned)size;
        for (struct nlmsghdr *message = (struct nlmsghdr *)buffer; NLMSG_OK(message, left);
             message = NLMSG_NEXT(message, left)) {
            if (message->nlmsg_type == NLMSG_DONE)
                return entries;
            if (message->nlmsg_type == NLMSG_ERROR) {
                errno = -((struct nlmsgerr *)NLMSG_DATA(message))->error;
                return -1;
            }
            entries++;
        }
    }
}

static long dump(int descriptor, const struct request *request)
{
    if (send(descriptor, request, request->header.nlmsg_len, 0) < 0)
        return -1;
    return receive_all(descriptor);
}

int main(int count, char **words)
{
    struct request request = {
        .header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct nfgenmsg)),
                   .nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .family = {.nfgen_family = AF_UNSPEC},
    };
    struct in_addr destination;
    int times = 1;
    if (count == 3 && strcmp(words[1], "--dst") == 0 && inet_pton(AF_INET, words[2], &destination) == 1) {
        request.family.nfgen_family = AF_INET;
        filter_by(&request, destination);
    } else if (count == 2 && strcmp(words[1], "--empty") == 0) {
        request.family.nfgen_family = AF_INET6;
    } else if (count == 3 && strcmp(words[1], "--times") == 0 && atoi(words[2]) > 0) {
        times = atoi(words[2]);
    } else if (count != 1) {
        fprintf(stderr, "usage: receive [--dst IPV4-ADDRESS | --empty | --times COUNT]\n");
        return 64;
    }
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    long entries = descriptor < 0 ? -1 : dump(descriptor, &request);
    while (entries >= 0 && --times > 0) {
        next.tv_sec++;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
        entries = dump(descriptor, &request);
    }
    if (entries < 0) {
        perror("receive");
        return 74;
    }
    printf("%ld\n", entries);
    return 0;
}
