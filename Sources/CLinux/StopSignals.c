#include "StopSignals.h"

#include <signal.h>
#include <string.h>

static volatile sig_atomic_t came;

static void remember(int number)
{
    (void)number;
    came = 1;
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

void clinux_catch_stop_signals(void)
{
    // Without SA_RESTART: poll(2) returns at once.
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = remember;
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGTERM);
    sigaction(SIGINT, &action, 0);
    sigaction(SIGTERM, &action, 0);
}

int clinux_stop_signal_came(void) { return came; }
