#include "StopSignals.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t came;
static volatile sig_atomic_t descriptor = -1;
// How long others are ignored after the first, and until when, by the monotonic clock.
static volatile sig_atomic_t seconds_to_outlast;
static volatile sig_atomic_t outlasted_until;

static const int stops[] = {SIGINT, SIGTERM, SIGHUP};
enum { COUNT = sizeof stops / sizeof *stops };

// What there was before: a shell starts a script's background jobs with SIGINT ignored.
static struct sigaction before[COUNT];
static int is_caught;

static sig_atomic_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (sig_atomic_t)time.tv_sec;
}

static void remember(int number)
{
    int error = errno;
    if (came) {
        if (now() >= outlasted_until) {
            signal(number, SIG_DFL);
            raise(number);
        }
        errno = error;
        return;
    }
    came = 1;
    outlasted_until = now() + seconds_to_outlast;
    const uint64_t one = 1;
    if (write(descriptor, &one, sizeof one) < 0) {
        // It cannot be full, and the flag is set in any case.
    }
    for (int i = 0; i < COUNT && seconds_to_outlast == 0; i++)
        signal(stops[i], SIG_DFL);
    errno = error;
}

void clinux_outlast_stop_signals(int seconds) { seconds_to_outlast = seconds; }

int clinux_catch_stop_signals(void)
{
    if (descriptor < 0) {
        int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (fd < 0)
            return -errno;
        descriptor = fd;
    }
    // Without SA_RESTART: what waits for something else returns at once, too.
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = remember;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < COUNT; i++)
        sigaddset(&action.sa_mask, stops[i]);
    for (int i = 0; i < COUNT; i++) {
        struct sigaction present;
        sigaction(stops[i], NULL, &present);
        if (!is_caught)
            before[i] = present;
        // nohup(1)
        if (stops[i] != SIGHUP || present.sa_handler != SIG_IGN)
            sigaction(stops[i], &action, NULL);
    }
    is_caught = 1;
    // A parent may have started us with them blocked.
    pthread_sigmask(SIG_UNBLOCK, &action.sa_mask, 0);
    return descriptor;
}

void clinux_release_stop_signals(void)
{
    if (!is_caught)
        return;
    for (int i = 0; i < COUNT; i++)
        sigaction(stops[i], &before[i], NULL);
    is_caught = 0;
}

int clinux_stop_signal_came(void) { return came; }
