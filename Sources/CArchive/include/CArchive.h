#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <stddef.h>
#include <stdint.h>

/// libarchive, which is loaded when an archive is read or written, and not before: with it come libraries for XML, ciphers and formats that
/// this program has no use for, 3 MiB and 3 ms at each start.
///
/// Any thread may call this. Returns null once the library is loaded, else why it cannot be, in words that stay. The functions below
/// may be called only after it has returned null; each is libarchive's own.
const char *carchive_load(void);

#define CARCHIVE_FUNCTIONS(F) \
    F(struct archive *, read_new, (void), ()) \
    F(int, read_support_format_raw, (struct archive *archive), (archive)) \
    F(int, read_support_format_tar, (struct archive *archive), (archive)) \
    F(int, read_support_filter_gzip, (struct archive *archive), (archive)) \
    F(int, read_support_filter_zstd, (struct archive *archive), (archive)) \
    F(int, read_open, (struct archive *archive, void *context, archive_open_callback *opener, archive_read_callback *reader, \
          archive_close_callback *closer), (archive, context, opener, reader, closer)) \
    F(int, read_next_header, (struct archive *archive, struct archive_entry **entry), (archive, entry)) \
    F(int, read_data_block, (struct archive *archive, const void **bytes, size_t *count, la_int64_t *offset), \
        (archive, bytes, count, offset)) \
    F(int, read_free, (struct archive *archive), (archive)) \
    F(int, filter_count, (struct archive *archive), (archive)) \
    F(la_int64_t, filter_bytes, (struct archive *archive, int filter), (archive, filter)) \
    F(int, format, (struct archive *archive), (archive)) \
    F(int, errno, (struct archive *archive), (archive)) \
    F(const char *, error_string, (struct archive *archive), (archive)) \
    F(struct archive *, write_new, (void), ()) \
    F(int, write_set_format_pax_restricted, (struct archive *archive), (archive)) \
    F(int, write_set_format_raw, (struct archive *archive), (archive)) \
    F(int, write_add_filter_gzip, (struct archive *archive), (archive)) \
    F(int, write_add_filter_zstd, (struct archive *archive), (archive)) \
    F(int, write_set_bytes_per_block, (struct archive *archive, int count), (archive, count)) \
    F(int, write_set_bytes_in_last_block, (struct archive *archive, int count), (archive, count)) \
    F(int, write_open, (struct archive *archive, void *context, archive_open_callback *opener, archive_write_callback *writer, \
          archive_close_callback *closer), (archive, context, opener, writer, closer)) \
    F(int, write_header, (struct archive *archive, struct archive_entry *entry), (archive, entry)) \
    F(la_ssize_t, write_data, (struct archive *archive, const void *bytes, size_t count), (archive, bytes, count)) \
    F(int, write_close, (struct archive *archive), (archive)) \
    F(int, write_fail, (struct archive *archive), (archive)) \
    F(int, write_free, (struct archive *archive), (archive)) \
    F(struct archive_entry *, entry_new, (void), ()) \
    F(void, entry_free, (struct archive_entry *entry), (entry)) \
    F(const char *, entry_pathname, (struct archive_entry *entry), (entry)) \
    F(const char *, entry_pathname_utf8, (struct archive_entry *entry), (entry)) \
    F(const char *, entry_hardlink, (struct archive_entry *entry), (entry)) \
    F(const char *, entry_hardlink_utf8, (struct archive_entry *entry), (entry)) \
    F(unsigned int, entry_filetype, (struct archive_entry *entry), (entry)) \
    F(la_int64_t, entry_size, (struct archive_entry *entry), (entry)) \
    F(void, entry_set_pathname, (struct archive_entry *entry, const char *name), (entry, name)) \
    F(void, entry_set_filetype, (struct archive_entry *entry, unsigned int type), (entry, type)) \
    F(void, entry_set_perm, (struct archive_entry *entry, mode_t mode), (entry, mode)) \
    F(void, entry_set_size, (struct archive_entry *entry, la_int64_t size), (entry, size)) \
    F(void, entry_set_mtime, (struct archive_entry *entry, time_t seconds, long nanoseconds), (entry, seconds, nanoseconds))

#define CARCHIVE_DECLARE(type, name, parameters, arguments) type carchive_##name parameters;
CARCHIVE_FUNCTIONS(CARCHIVE_DECLARE)
#undef CARCHIVE_DECLARE
