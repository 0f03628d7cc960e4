#define _GNU_SOURCE
#include "TerminalGuard.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/// The guard's message, in one datagram: complete or not at all.
struct news {
    int is_on;
    uint32_t count;
    struct termios before;
    struct termios curses;
    unsigned char bytes[CLINUX_MOST_RESTORING_BYTES];
};

/// The guard's two descriptors.
enum { CHANNEL = 0, TERMINAL = 1 };

/// A terminal that accepts no bytes (Ctrl-S, a dead line) must not block the guard forever.
enum { PATIENCE_IN_SECONDS = 5 };

static pid_t guard = -1;
static int channel = -1;

static int are_equal(const struct termios *left, const struct termios *right)
{
    // Not memcmp of the whole struct: there is padding between its members.
    return left->c_iflag == right->c_iflag && left->c_oflag == right->c_oflag && left->c_cflag == right->c_cflag
        && left->c_lflag == right->c_lflag && memcmp(left->c_cc, right->c_cc, sizeof left->c_cc) == 0;
}

static void restore(const struct news *news)
{
    alarm(PATIENCE_IN_SECONDS);
    // The shell wakes up when we do. If it was first, the settings are its own by now and stay; without the bytes it would still
    // write into the curses screen.
    struct termios now;
    if (tcgetattr(TERMINAL, &now) == 0 && are_equal(&now, &news->curses))
        tcsetattr(TERMINAL, TCSANOW, &news->before);
    for (size_t sent = 0; sent < news->count;) {
        ssize_t written = write(TERMINAL, news->bytes + sent, news->count - sent);
        if (written > 0)
            sent += (size_t)written;
        else if (written == 0 || errno != EINTR)
            return;
    }
}

/// Leaves the guard with its two descriptors, so that nobody waits for the end of a pipe that only it has open.
static int keep_only(int terminal, int end)
{
    // Move them away from their target numbers.
    int kept_end = fcntl(end, F_DUPFD, 3);
    int kept_terminal = fcntl(terminal, F_DUPFD, 3);
    return kept_end >= 0 && kept_terminal >= 0 && dup2(kept_end, CHANNEL) >= 0 && dup2(kept_terminal, TERMINAL) >= 0
        && close_range(2, ~0U, 0) == 0;
}

static void watch_over(int terminal, int end)
{
    // Out of reach of what ends the parent: Ctrl-C, the shell's job control, a hangup, killall.
    setsid();
    for (int number = 1; number < NSIG; number++)
        if (number != SIGALRM)
            signal(number, SIG_IGN);
    signal(SIGALRM, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_NAME, "ct-inspect-tty");
    // It needs no privileges.
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct nothing[_LINUX_CAPABILITY_U32S_3];
    memset(nothing, 0, sizeof nothing);
    syscall(SYS_capset, &header, nothing);
    // Its directory could not be unmounted otherwise.
    if (!keep_only(terminal, end) || chdir("/") != 0)
        _exit(1);
    struct news last = {.is_on = 0};
    struct news news;
    ssize_t size;
    while ((size = recv(CHANNEL, &news, sizeof news, 0)) != 0) {
        // Short of memory, the kernel may have something for us yet; the parent lives.
        if (size < 0 && errno != EINTR && errno != ENOMEM && errno != ENOBUFS && errno != EAGAIN)
            break;
        if (size == (ssize_t)sizeof news && news.count <= sizeof news.bytes)
            last = news;
    }
    if (last.is_on)
        restore(&last);
    _exit(0);
}

int clinux_start_terminal_guard(int terminal)
{
    if (channel >= 0)
        return EALREADY;
    // Not a pipe: a datagram is never read partially, and can be sent without SIGPIPE and without waiting.
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return errno;
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        watch_over(terminal, ends[1]);
    }
    int failure = child < 0 ? errno : 0;
    close(ends[1]);
    if (failure != 0) {
        close(ends[0]);
        return failure;
    }
    guard = child;
    channel = ends[0];
    return 0;
}

/// If the guard is gone, we continue without it.
static void tell(const struct news *news)
{
    if (channel < 0)
        return;
    while (send(channel, news, sizeof *news, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == EINTR)
        ;
}

void clinux_terminal_guard_on(
    const void *bytes, size_t count, const struct termios *before, const struct termios *curses)
{
    struct news news = {.is_on = 1, .before = *before, .curses = *curses};
    // Half of a terminal sequence may be worse than none.
    if (count > 0 && count <= sizeof news.bytes) {
        memcpy(news.bytes, bytes, count);
        news.count = (uint32_t)count;
    }
    tell(&news);
}

void clinux_terminal_guard_off(void)
{
    struct news news = {.is_on = 0};
    tell(&news);
}

void clinux_end_terminal_guard(void)
{
    if (channel < 0)
        return;
    clinux_terminal_guard_off();
    close(channel);
    channel = -1;
    // It has nothing left to do, and if someone has stopped it we would wait forever. Until it is waited for, its number is not
    // reused.
    if (waitpid(guard, NULL, WNOHANG) == 0) {
        kill(guard, SIGKILL);
        while (waitpid(guard, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    guard = -1;
}
