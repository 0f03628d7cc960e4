#pragma once

/// A file in this directory that has no name, for reading and writing: nothing is left of it, however we end. Here because Glibc's Swift module
/// lacks O_TMPFILE. Returns the descriptor, which no other program gets; -1 and errno if there is none.
int clinux_unnamed_file(const char *folder);
