// screen SECONDS MARKER PROGRAM [ARGUMENT]...
// screen --type KEYS TIMES MARKER PROGRAM [ARGUMENT]...
//
// Runs a program on a terminal of its own, 120 by 40, reads and discards what it shows, and types `q` when so many seconds have passed after
// its first readings. Prints what it took, as nine numbers:
//     wait status, ns until MARKER was shown, ns of the window, readings and CPU in ns within it, user and system CPU of all in us,
//     peak resident memory in KiB, whether `every` was on the screen at the end
//
// The window is that of the readings that follow: they are what a screen costs for as long as it is open, and the first one is dearer. It goes
// from the end of one reading to that of another, so it holds whole ones, with their pauses. SECONDS 0 is none: it ends after the first ones.
// With --type it is as long as it takes to type KEYS so many times, which must make the program read, once each time.
//
// Nothing says from outside when a program reads. But it takes the CPU then, and rests afterwards: so a reading is over when it has slept for
// three tenths of a second. One that waits for its turn on the CPU does not sleep.
//
// In C and a program of its own for the same reason as `measure`: the peak of a process is not less than that of the one that made it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL
#define STEP (SECOND / 50)
#define REST (SECOND * 3 / 10)
// How long anything may be in coming.
#define PATIENCE (60 * SECOND)
// A picture takes two milliseconds, a reading that is worth counting a multiple.
#define BURST (SECOND / 50)

enum outcome { CLOSED, RESTS, HAS_READ };

struct window {
    long long span, readings, cpu;
};

static const char REDRAW[] = "\f", QUIT[] = "q";

static pid_t child;
static int terminal;
static const char *marker;
static long long marker_seen;

static long long nanoseconds(clockid_t clock)
{
    struct timespec now;
    if (clock_gettime(clock, &now) != 0)
        return 0;
    return now.tv_sec * SECOND + now.tv_nsec;
}

static long long now(void)
{
    return nanoseconds(CLOCK_MONOTONIC);
}

static long long microseconds(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

// What the program has run until now, all of its threads, those that are gone included.
static long long cpu_time(void)
{
    clockid_t clock;
    return clock_getcpuclockid(child, &clock) == 0 ? nanoseconds(clock) : 0;
}

// Whether it runs or waits for its turn, as against sleeping.
static int is_runnable(void)
{
    char path[32], text[256] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", child);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    const char *name_end = fgets(text, sizeof text, file) != NULL ? strrchr(text, ')') : NULL;
    fclose(file);
    return name_end != NULL && name_end[1] == ' ' && name_end[2] != 'S';
}

// Notes when the marker is in what came, or lies across two pieces.
static void look_for_marker(const char *bytes, size_t count)
{
    static char joined[256 + 65536];
    static size_t kept;
    memcpy(joined + kept, bytes, count);
    size_t size = kept + count;
    if (marker_seen == 0 && memmem(joined, size, marker, strlen(marker)) != NULL)
        marker_seen = now();
    kept = size < 256 ? size : 255;
    memmove(joined, joined + size - kept, kept);
}

// Takes what the program shows for one step.
//
// Returns: 0 when the program has closed the terminal.
static int show(void)
{
    char bytes[65536];
    for (long long end = now() + STEP, rest; (rest = end - now()) > 0;) {
        struct pollfd ready = {.fd = terminal, .events = POLLIN};
        if (poll(&ready, 1, (int)(rest / 1000000) + 1) <= 0)
            continue;
        ssize_t count = read(terminal, bytes, sizeof bytes);
        if (count <= 0)
            return 0;
        look_for_marker(bytes, (size_t)count);
    }
    return 1;
}

static int show_until_marker(long long patience)
{
    for (long long end = now() + patience; marker_seen == 0 && now() < end;) {
        if (!show())
            return 0;
    }
    return 1;
}

// Shows until a reading is over, or none has come within the time.
static enum outcome show_reading(long long patience)
{
    long long before = cpu_time(), rested = before, busy = now();
    for (long long begin = busy; now() - begin < PATIENCE;) {
        if (!show())
            return CLOSED;
        long long moment = now(), cpu = cpu_time();
        if (cpu - before >= STEP / 4 || is_runnable())
            busy = moment;
        before = cpu;
        if (moment - busy < REST)
            continue;
        if (cpu - rested >= BURST)
            return HAS_READ;
        if (moment - begin >= patience)
            return RESTS;
        // What it took meanwhile were pictures.
        rested = cpu;
    }
    return RESTS;
}

// Of what there is to do: seconds that pass, or keys to type so many times.
//
// Returns: 0 when the program has closed the terminal.
static int measure_window(const char *keys, long long amount, struct window *window)
{
    long long begin = now(), before = cpu_time();
    while (keys != NULL ? window->readings < amount : now() - begin < amount * SECOND) {
        if (keys != NULL && write(terminal, keys, strlen(keys)) < 0)
            return 0;
        enum outcome outcome = show_reading(PATIENCE);
        if (outcome == CLOSED)
            return 0;
        if (outcome == RESTS)
            return 1;
        window->readings++;
    }
    window->span = now() - begin;
    window->cpu = cpu_time() - before;
    return 1;
}

// Has all drawn anew, as only changes are otherwise.
static int says(const char *word)
{
    marker = word;
    marker_seen = 0;
    if (write(terminal, REDRAW, 1) == 1)
        show_until_marker(SECOND / 2);
    return marker_seen != 0;
}

static void end_program(void)
{
    if (write(terminal, QUIT, 1) == 1) {
        for (long long end = now() + PATIENCE; now() < end;) {
            if (!show())
                return;
        }
    }
    kill(child, SIGKILL);
}

static void start_program(char **words)
{
    struct winsize size = {.ws_row = 40, .ws_col = 120};
    child = forkpty(&terminal, NULL, NULL, &size);
    if (child < 0) {
        perror("forkpty");
        exit(71);
    }
    if (child > 0) {
        fcntl(terminal, F_SETFD, FD_CLOEXEC);
        return;
    }
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    execvp(words[0], words);
    fprintf(stderr, "%s: %s\n", words[0], strerror(errno));
    _exit(127);
}

int main(int count, char **words)
{
    const char *keys = NULL;
    if (count > 3 && strcmp(words[1], "--type") == 0) {
        keys = words[2];
        words += 2;
        count -= 2;
    }
    if (count < 4) {
        fprintf(stderr, "usage: screen {SECONDS | --type KEYS TIMES} MARKER PROGRAM [ARGUMENT]...\n");
        return 64;
    }
    marker = words[2];
    long long start = now();
    start_program(words + 3);

    long long shown = 0;
    struct window window = {0};
    int is_open = show_until_marker(PATIENCE) && show_reading(SECOND) != CLOSED, says_every = 0;
    if (marker_seen != 0)
        shown = marker_seen - start;
    if (is_open)
        is_open = measure_window(keys, atoll(words[1]), &window);
    if (is_open) {
        says_every = says(", every ");
        end_program();
    }

    int status;
    struct rusage usage;
    while (wait4(child, &status, 0, &usage) < 0) {
        if (errno != EINTR)
            return 74;
    }
    printf("%d %lld %lld %lld %lld %lld %lld %ld %d\n", status, shown, window.span, window.readings, window.cpu,
           microseconds(usage.ru_utime), microseconds(usage.ru_stime), usage.ru_maxrss, says_every);
    return 0;
}
