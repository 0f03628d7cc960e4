#pragma once

// Text is passed to curses as wide characters. Without this the header hides those functions, even if the library has them.
#define NCURSES_WIDECHAR 1
#include <ncurses.h>

// Variables, which Swift cannot prove to be used by one thread only.
static inline WINDOW *curses_screen(void) { return stdscr; }
static inline int curses_colours(void) { return COLORS; }

// Attributes: computed macros, which Swift does not import.
static inline attr_t curses_bold(void) { return A_BOLD; }
static inline attr_t curses_dim(void) { return A_DIM; }
static inline attr_t curses_reverse(void) { return A_REVERSE; }
static inline attr_t curses_underline(void) { return A_UNDERLINE; }

// Mouse masks: likewise. Curses calls the wheel's two directions buttons 4 and 5. It waits for the next byte after an event that was
// not requested, so all possible events are requested.
static inline mmask_t curses_button_pressed(void) { return BUTTON1_PRESSED; }
static inline mmask_t curses_wheel_up(void) { return BUTTON4_PRESSED; }
static inline mmask_t curses_wheel_down(void) { return BUTTON5_PRESSED; }
static inline mmask_t curses_all_buttons(void)
{
    return BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON2_PRESSED | BUTTON2_RELEASED | BUTTON3_PRESSED | BUTTON3_RELEASED
        | BUTTON4_PRESSED | BUTTON4_RELEASED | BUTTON5_PRESSED | BUTTON5_RELEASED | REPORT_MOUSE_POSITION;
}

// Variadic. Returns the capability with its first parameter filled in, in curses' memory; null if it is damaged.
static inline char *curses_filled(const char *capability, int value) { return tiparm(capability, value); }
