#pragma once

#include <stdint.h>

/// Cells of the terminal that a character takes in the locale in use; -1 when that has no such character. Here because Glibc's
/// Swift module lacks wcwidth(3).
int clinux_character_width(uint32_t character);
