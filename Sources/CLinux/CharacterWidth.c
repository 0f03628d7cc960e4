#define _XOPEN_SOURCE 700
#include "CharacterWidth.h"

#include <wchar.h>

int clinux_character_width(uint32_t character) { return wcwidth((wchar_t)character); }
