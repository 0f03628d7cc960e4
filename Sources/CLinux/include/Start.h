#pragma once

/// The program's arguments, its name being the first, as main gets them. Where /proc is not mounted, /proc/self/cmdline has none. Null
/// beyond the last.
const char *_Nullable clinux_argument(int position);

/// Opens whichever of the descriptors 0 to 2 is closed on something that can be neither read nor written, so that no socket or file that is
/// opened later gets its number, and is written to as if it was the output. Writing to it fails as it would to a closed one (EBADF). Returns
/// 0, or a negative errno.
int clinux_hold_standard_descriptors(void);

/// From now on, writing more than RLIMIT_FSIZE allows fails with EFBIG, instead of ending the program with SIGXFSZ.
void clinux_survive_file_size_limit(void);
