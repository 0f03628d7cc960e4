#pragma once

#include <stdint.h>

/// Width of a character in terminal cells, in the current locale; -1 if that lacks it. Here because Glibc's Swift module lacks
/// wcwidth(3).
int clinux_character_width(uint32_t character);
