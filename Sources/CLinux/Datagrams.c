#define _GNU_SOURCE
#include "Datagrams.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

int clinux_receive_datagrams(int fd, void *buffer, uint32_t size, struct clinux_datagram *datagrams, uint32_t most)
{
    struct mmsghdr headers[CLINUX_MOST_DATAGRAMS];
    struct iovec places[CLINUX_MOST_DATAGRAMS];
    struct sockaddr_nl senders[CLINUX_MOST_DATAGRAMS];
    if (most > CLINUX_MOST_DATAGRAMS)
        most = CLINUX_MOST_DATAGRAMS;
    memset(headers, 0, sizeof headers[0] * most);
    for (uint32_t i = 0; i < most; i++) {
        places[i] = (struct iovec){.iov_base = (char *)buffer + (size_t)i * size, .iov_len = size};
        headers[i].msg_hdr.msg_iov = &places[i];
        headers[i].msg_hdr.msg_iovlen = 1;
        headers[i].msg_hdr.msg_name = &senders[i];
        headers[i].msg_hdr.msg_namelen = sizeof senders[i];
    }
    int count;
    do {
        count = recvmmsg(fd, headers, most, MSG_DONTWAIT, NULL);
    } while (count < 0 && errno == EINTR);
    if (count < 0)
        return -errno;
    for (int i = 0; i < count; i++) {
        int knows_sender = headers[i].msg_hdr.msg_namelen == sizeof senders[i];
        datagrams[i] = (struct clinux_datagram){
            .length = headers[i].msg_len,
            .is_cut = (headers[i].msg_hdr.msg_flags & MSG_TRUNC) != 0,
            .is_from_kernel = knows_sender && senders[i].nl_pid == 0,
        };
    }
    return count;
}

int64_t clinux_dropped_messages(int fd)
{
    uint32_t figures[SK_MEMINFO_VARS];
    socklen_t length = sizeof figures;
    memset(figures, 0, sizeof figures);
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, figures, &length) != 0)
        return -errno;
    return length > SK_MEMINFO_DROPS * sizeof figures[0] ? figures[SK_MEMINFO_DROPS] : -ENOPROTOOPT;
}
