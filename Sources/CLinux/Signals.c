#define _GNU_SOURCE
#include "Signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT};

/// What the thread had blocked before.
static sigset_t before;

/// SIGPIPE says nothing that a failed write does not, and must not end us between curses' change of the terminal and the guard's word of it.
static struct sigaction pipe_before;

static void ignore_pipe(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, &pipe_before);
}

int clinux_open_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++) {
        // A blocked signal is delivered even if it is ignored, so check.
        struct sigaction action;
        if (sigaction(watched[i], NULL, &action) != 0 || action.sa_handler != SIG_IGN)
            sigaddset(&signals, watched[i]);
    }
    int failure = pthread_sigmask(SIG_BLOCK, &signals, &before);
    if (failure != 0)
        return -failure;
    int fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd >= 0) {
        ignore_pipe();
        return fd;
    }
    failure = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -failure;
}

int clinux_next_signal(int fd)
{
    struct signalfd_siginfo info;
    ssize_t size;
    do {
        size = read(fd, &info, sizeof info);
    } while (size < 0 && errno == EINTR);
    return size == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

void clinux_stop_self(void)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    struct sigaction action;
    sigset_t stop;
    sigset_t going_on;
    sigset_t mask;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    sigemptyset(&going_on);
    sigaddset(&going_on, SIGCONT);
    sigaction(SIGTSTP, &usual, &action);
    // SIGTSTP and not SIGSTOP: the kernel does not stop a process that no shell could continue.
    raise(SIGTSTP);
    // The process stops here, until SIGCONT.
    pthread_sigmask(SIG_UNBLOCK, &stop, &mask);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGTSTP, &action, NULL);
    if (sigismember(&mask, SIGCONT) == 1) {
        struct timespec now = {0, 0};
        sigtimedwait(&going_on, NULL, &now);
    }
}

void clinux_close_signals(int fd)
{
    if (fd < 0)
        return;
    close(fd);
    sigaction(SIGPIPE, &pipe_before, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}
