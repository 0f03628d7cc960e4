#pragma once

/// Columns of the terminal `fd`, or 0 if it is not one. Here because ioctl(2) is variadic.
int clinux_terminal_columns(int fd);

/// Its rows, likewise.
int clinux_terminal_rows(int fd);
