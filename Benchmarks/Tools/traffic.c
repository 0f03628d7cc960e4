// traffic LOAD SENDER-NAMESPACE ADDRESS PORT MILLISECONDS
//
// Sends to ADDRESS:PORT of the network namespace it is started in, from the one behind the path SENDER-NAMESPACE, and receives there.
//     bulk        one TCP stream, as fast as possible
//     datagrams   UDP datagrams of 64 bytes, 64 per sendmmsg(2)
//     requests    64 bytes each way over one TCP connection, one request after the other
// Prints five numbers:
//     datagrams sent and those that reached the receiver's socket (0 0 for TCP);
//     the bytes, datagrams or requests transferred during the measurement; the nanoseconds that took;
//     the nanoseconds per datagram or request in the fastest fiftieth (0 for bulk)
//
// A packet through a veth pair is received on the CPU that sends it, before the sending call returns, and the sender never waits: so the
// duration of that call is the CPU time of the packet's whole path to the receiver's socket. The receiver of datagrams and of the stream
// has another CPU; that of requests shares the sender's, so that no idle CPU has to wake up, and the duration of a request is CPU time, too.
// The fastest fiftieth of many short calls is undisturbed: noise only adds. In C, so that only the kernel takes time.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <linux/sock_diag.h>

enum { MESSAGE = 64, BATCH = 64, CHUNK = 128 << 10, MOST_SLICES = 1 << 21, PATIENCE = 3000000 };
// Before each load is measured: the stream's window has grown by then, and caches are warm.
static const long long WARM_UP = 200 * 1000000LL;

static struct {
    int receiver, sender;
    long long duration;
    atomic_bool is_over;
    long long sent, arrived, units, nanoseconds;
} load;

static unsigned slices[MOST_SLICES];
static size_t slice_count;

static void fail(const char *what)
{
    fprintf(stderr, "traffic: %s: %s\n", what, strerror(errno));
    exit(74);
}

static int checked(int result, const char *what)
{
    if (result < 0)
        fail(what);
    return result;
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

// Records the duration of a call that began after the warm-up.
static void count_step(long long units, long long before, long long after)
{
    static long long first;
    first = first > 0 ? first : before;
    load.units += units;
    load.nanoseconds = after - first;
    // A partial batch would not be representative.
    if ((units == 1 || units == BATCH) && slice_count < MOST_SLICES)
        slices[slice_count++] = after - before < 0xFFFFFFFF ? (unsigned)(after - before) : 0xFFFFFFFF;
}

static int ascending(const void *left, const void *right)
{
    unsigned a = *(const unsigned *)left, b = *(const unsigned *)right;
    return (a > b) - (a < b);
}

static long long undisturbed_slice(void)
{
    qsort(slices, slice_count, sizeof *slices, ascending);
    return slice_count > 0 ? slices[slice_count / 50] : 0;
}

// Pins the calling thread to the first CPU it may use, or to the last.
static void keep_to_cpu(int is_last)
{
    cpu_set_t allowed, chosen;
    checked(sched_getaffinity(0, sizeof allowed, &allowed), "sched_getaffinity");
    int cpu = -1;
    for (int each = 0; each < CPU_SETSIZE; each++) {
        if (CPU_ISSET(each, &allowed) && (cpu < 0 || is_last))
            cpu = each;
    }
    CPU_ZERO(&chosen);
    CPU_SET(cpu, &chosen);
    checked(sched_setaffinity(0, sizeof chosen, &chosen), "sched_setaffinity");
}

static void set_option(int descriptor, int level, int option, const void *value, socklen_t size)
{
    checked(setsockopt(descriptor, level, option, value, size), "setsockopt");
}

static void limit_wait(int descriptor, long microseconds)
{
    struct timeval limit = {.tv_sec = microseconds / 1000000, .tv_usec = microseconds % 1000000};
    set_option(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

static int open_socket(int type)
{
    return checked(socket(AF_INET, type | SOCK_CLOEXEC, 0), "socket");
}

static void prepare(struct mmsghdr *messages, struct iovec *pieces, char *bytes)
{
    for (int index = 0; index < BATCH; index++) {
        pieces[index] = (struct iovec){bytes + index * MESSAGE, MESSAGE};
        messages[index] = (struct mmsghdr){.msg_hdr = {.msg_iov = &pieces[index], .msg_iovlen = 1}};
    }
}

// Answers the first datagram, so that conntrack considers the flow established, and receives the others until there are no more.
static void *receive_datagrams(void *unused)
{
    (void)unused;
    keep_to_cpu(1);
    static char bytes[BATCH * MESSAGE];
    struct mmsghdr messages[BATCH];
    struct iovec pieces[BATCH];
    prepare(messages, pieces, bytes);
    struct sockaddr_in client;
    socklen_t size = sizeof client;
    if (recvfrom(load.receiver, bytes, MESSAGE, 0, (struct sockaddr *)&client, &size) < 0 ||
        sendto(load.receiver, bytes, MESSAGE, 0, (struct sockaddr *)&client, size) < 0)
        fail("the first datagram");
    limit_wait(load.receiver, 20000);
    long long received = 1;
    for (;;) {
        int count = recvmmsg(load.receiver, messages, BATCH, MSG_WAITFORONE, NULL);
        if (count > 0)
            received += count;
        else if (load.is_over)
            break;
    }
    unsigned memory[SK_MEMINFO_VARS];
    size = sizeof memory;
    checked(getsockopt(load.receiver, SOL_SOCKET, SO_MEMINFO, memory, &size), "getsockopt(SO_MEMINFO)");
    load.arrived = received + memory[SK_MEMINFO_DROPS];
    return NULL;
}

static void send_datagrams(void)
{
    static char bytes[BATCH * MESSAGE];
    struct mmsghdr messages[BATCH];
    struct iovec pieces[BATCH];
    prepare(messages, pieces, bytes);
    limit_wait(load.sender, PATIENCE);
    if (send(load.sender, bytes, MESSAGE, 0) < 0 || recv(load.sender, bytes, MESSAGE, 0) < 0)
        fail("the first datagram");
    load.sent = 1;
    long long start = now() + WARM_UP, end = start + load.duration, before = now();
    while (before < end) {
        int count = checked(sendmmsg(load.sender, messages, BATCH, 0), "sendmmsg");
        long long after = now();
        load.sent += count;
        if (before >= start)
            count_step(count, before, after);
        before = after;
    }
}

static int accept_one(void)
{
    return checked(accept4(load.receiver, NULL, NULL, SOCK_CLOEXEC), "accept");
}

static void *receive_stream(void *unused)
{
    (void)unused;
    keep_to_cpu(1);
    static char bytes[CHUNK];
    int connection = accept_one();
    long long start = now() + WARM_UP, first = 0;
    for (;;) {
        ssize_t count = read(connection, bytes, sizeof bytes);
        if (count < 0)
            fail("read");
        if (count == 0)
            return NULL;
        long long time = now();
        if (first > 0) {
            load.units += count;
            load.nanoseconds = time - first;
        } else if (time >= start) {
            first = time;
        }
    }
}

static void send_stream(void)
{
    static char bytes[CHUNK];
    long long end = now() + WARM_UP + load.duration;
    while (now() < end) {
        checked(write(load.sender, bytes, sizeof bytes), "write");
    }
    shutdown(load.sender, SHUT_WR);
}

static void *answer_requests(void *unused)
{
    (void)unused;
    keep_to_cpu(0);
    char bytes[MESSAGE];
    int connection = accept_one(), yes = 1;
    set_option(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    while (recv(connection, bytes, sizeof bytes, MSG_WAITALL) == sizeof bytes) {
        if (write(connection, bytes, sizeof bytes) != sizeof bytes)
            fail("write");
    }
    return NULL;
}

static void send_requests(void)
{
    char bytes[MESSAGE] = {0};
    int yes = 1;
    set_option(load.sender, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    long long start = now() + WARM_UP, end = start + load.duration, before = now();
    while (before < end) {
        if (write(load.sender, bytes, sizeof bytes) != sizeof bytes ||
            recv(load.sender, bytes, sizeof bytes, MSG_WAITALL) != sizeof bytes)
            fail("a request");
        long long after = now();
        if (before >= start)
            count_step(1, before, after);
        before = after;
    }
    shutdown(load.sender, SHUT_WR);
}

static void open_receiver(struct sockaddr_in address, int type)
{
    // Room for the datagrams that wait while the receiver's CPU does something else.
    int size = 8 << 20;
    load.receiver = open_socket(type);
    if (type == SOCK_DGRAM)
        set_option(load.receiver, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    limit_wait(load.receiver, PATIENCE);
    checked(bind(load.receiver, (struct sockaddr *)&address, sizeof address), "bind");
    if (type == SOCK_STREAM)
        checked(listen(load.receiver, 1), "listen");
}

// A socket stays in the namespace in which it was created.
static void open_sender(const char *namespace, struct sockaddr_in address, int type)
{
    checked(setns(checked(open(namespace, O_RDONLY | O_CLOEXEC), namespace), CLONE_NEWNET), "setns");
    load.sender = open_socket(type);
    checked(connect(load.sender, (struct sockaddr *)&address, sizeof address), "connect");
}

static void run(int type, struct sockaddr_in address, const char *namespace, void *(*receive)(void *), void (*send)(void))
{
    open_receiver(address, type);
    pthread_t receiver;
    if (pthread_create(&receiver, NULL, receive, NULL) != 0)
        fail("pthread_create");
    keep_to_cpu(0);
    open_sender(namespace, address, type);
    send();
    load.is_over = 1;
    pthread_join(receiver, NULL);
}

int main(int count, char **words)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    if (count != 6 || inet_pton(AF_INET, words[3], &address.sin_addr) != 1) {
        fprintf(stderr, "usage: traffic bulk|datagrams|requests NAMESPACE IPV4-ADDRESS PORT MILLISECONDS\n");
        return 64;
    }
    address.sin_port = htons((unsigned short)atoi(words[4]));
    load.duration = atoll(words[5]) * 1000000;
    if (strcmp(words[1], "datagrams") == 0)
        run(SOCK_DGRAM, address, words[2], receive_datagrams, send_datagrams);
    else if (strcmp(words[1], "requests") == 0)
        run(SOCK_STREAM, address, words[2], answer_requests, send_requests);
    else
        run(SOCK_STREAM, address, words[2], receive_stream, send_stream);
    double each = (double)undisturbed_slice() / (load.sent > 0 ? BATCH : 1);
    printf("%lld %lld %lld %lld %.1f\n", load.sent, load.arrived, load.units, load.nanoseconds, each);
    return 0;
}
