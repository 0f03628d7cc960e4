#pragma once

/// Columns of the terminal behind `fd`, or 0 when it is none. Here because ioctl(2) is variadic.
int clinux_terminal_columns(int fd);

/// Likewise its rows.
int clinux_terminal_rows(int fd);
