// screen SECONDS MARKER PROGRAM [ARGUMENT]...
// screen --type KEYS TIMES MARKER PROGRAM [ARGUMENT]...
// screen --wait KEYS TIMES MARKER PROGRAM [ARGUMENT]...
//
// Runs a program on a terminal of its own, 120 by 40, reads and discards its output, and types `q` once SECONDS have passed since its
// first readings. Prints its cost, as eleven numbers:
//     wait status, ns until MARKER was shown, ns of the window, readings and CPU in ns within it, total user and system CPU in us,
//     peak resident memory in KiB, whether `every` was on the screen at the end, and with --wait the median and the longest time in ns
//     between a key and its answer
//
// The window covers the readings that follow: they are the ongoing cost of an open screen, and the first one is more expensive. It lasts
// from the end of one reading to the end of another, so it holds whole ones, with their pauses. SECONDS 0 means no window: the program is
// ended after the first readings. With --type it lasts as long as typing KEYS this many times, each of which must trigger one reading.
//
// With --wait it types KEYS once, and then, TIMES times, a tenth of a second apart, the key for the help: how long that takes to appear is
// how long any key waits, whatever the program is doing.
//
// A reading cannot be observed directly from outside. But the program uses the CPU during it, and sleeps afterwards: so a reading is over
// once the program has slept for 0.3 seconds. Waiting for the CPU is not sleeping.
//
// A separate C program for the same reason as `measure`: the peak of a process is never less than its parent's.
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
// The maximum wait for anything.
#define PATIENCE (60 * SECOND)
// Drawing the screen takes two milliseconds, a reading worth counting several times as long.
#define BURST (SECOND / 50)
#define MOST_WAITS 1000

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

// The CPU time of the program so far: all of its threads, including those that have exited.
static long long cpu_time(void)
{
    clockid_t clock;
    return clock_getcpuclockid(child, &clock) == 0 ? nanoseconds(clock) : 0;
}

// Whether it is running or waiting for the CPU, as opposed to sleeping.
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

// Records when the marker arrives, possibly split across two pieces.
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

// Reads the program's output for one step.
//
// Returns: 0 if the program has closed the terminal.
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

// Reads the output until a reading is over, or none has happened in time.
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
        // The CPU time since then was for drawing.
        rested = cpu;
    }
    return RESTS;
}

// The amount is the number of seconds to wait, or the number of times to type the keys.
//
// Returns: 0 if the program has closed the terminal.
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

static int by_length(const void *one, const void *other)
{
    long long left = *(const long long *)one, right = *(const long long *)other;
    return (left > right) - (left < right);
}

// Types a key, and waits until its answer is on the screen.
//
// Returns: the wait in ns; 0 if there is no answer.
static long long answer_to(const char *key, const char *answer)
{
    marker = answer;
    marker_seen = 0;
    long long begin = now();
    if (write(terminal, key, 1) != 1 || !show_until_marker(PATIENCE) || marker_seen == 0)
        return 0;
    return marker_seen - begin;
}

// The help must have disappeared before it is called again: only changes are drawn, and two keys that a busy program reads together
// change nothing. Only the foot of a screen without help has "Quit".
//
// Returns: 0 if the program has closed the terminal, or left a key unanswered.
static int measure_waits(const char *keys, long long times, long long *median, long long *longest)
{
    static long long waits[MOST_WAITS];
    if (times < 1 || times > MOST_WAITS || write(terminal, keys, strlen(keys)) < 0)
        return 0;
    for (long long probe = 0; probe < times; probe++) {
        for (long long end = now() + SECOND / 10; now() < end;) {
            if (!show())
                return 0;
        }
        waits[probe] = answer_to("?", "Help (Esc");
        if (waits[probe] == 0 || answer_to("?", "Quit") == 0)
            return 0;
    }
    qsort(waits, (size_t)times, sizeof *waits, by_length);
    *median = waits[times / 2];
    *longest = waits[times - 1];
    return 1;
}

// Forces a full redraw, as otherwise only changes are drawn.
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
    int waits = count > 3 && strcmp(words[1], "--wait") == 0;
    if (waits || (count > 3 && strcmp(words[1], "--type") == 0)) {
        keys = words[2];
        words += 2;
        count -= 2;
    }
    if (count < 4) {
        fprintf(stderr, "usage: screen {SECONDS | --type KEYS TIMES | --wait KEYS TIMES} MARKER PROGRAM [ARGUMENT]...\n");
        return 64;
    }
    marker = words[2];
    long long start = now();
    start_program(words + 3);

    long long shown = 0, median = 0, longest = 0;
    struct window window = {0};
    int is_open = show_until_marker(PATIENCE) && show_reading(SECOND) != CLOSED, says_every = 0;
    if (marker_seen != 0)
        shown = marker_seen - start;
    if (is_open && waits)
        is_open = measure_waits(keys, atoll(words[1]), &median, &longest);
    else if (is_open)
        is_open = measure_window(keys, atoll(words[1]), &window);
    if (is_open) {
        says_every = says(", every ");
        end_program();
    } else {
        fprintf(stderr, "screen: the program closed the terminal, or left a key unanswered\n");
        kill(child, SIGKILL);
    }

    int status;
    struct rusage usage;
    while (wait4(child, &status, 0, &usage) < 0) {
        if (errno != EINTR)
            return 74;
    }
    printf("%d %lld %lld %lld %lld %lld %lld %ld %d %lld %lld\n", status, shown, window.span, window.readings, window.cpu,
           microseconds(usage.ru_utime), microseconds(usage.ru_stime), usage.ru_maxrss, says_every, median, longest);
    return 0;
}
