#define _GNU_SOURCE
#include "include/BPF.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(enum bpf_cmd command, union bpf_attr *attributes)
{
    long result = syscall(SYS_bpf, command, attributes, sizeof *attributes);
    return result < 0 ? -errno : (int)result;
}

int clinux_bpf_create_value(uint32_t size)
{
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.map_type = BPF_MAP_TYPE_ARRAY;
    attributes.key_size = 4;
    attributes.value_size = size;
    attributes.max_entries = 1;
    attributes.map_flags = BPF_F_MMAPABLE;
    return bpf(BPF_MAP_CREATE, &attributes);
}

void *clinux_bpf_map_value(int map, size_t size)
{
    void *value = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
    return value == MAP_FAILED ? NULL : value;
}

// The types of `int run(void *context)` and `static long step(u32 index, void *context)`, as in Programs/*.bpf.c.
enum { NO_TYPE, INT, LONG, POINTER, RUN_TYPE, STEP_TYPE, RUN, STEP };

static const char strings[] = "\0int\0long\0context\0run\0step";
enum { INT_NAME = 1, LONG_NAME = 5, CONTEXT_NAME = 10, RUN_NAME = 18, STEP_NAME = 22 };

#define TYPE(kind, length) ((uint32_t)(kind) << 24 | (length))

static const uint32_t types[] = {
    INT_NAME, TYPE(BTF_KIND_INT, 0), 4, BTF_INT_SIGNED << 24 | 32,
    LONG_NAME, TYPE(BTF_KIND_INT, 0), 8, BTF_INT_SIGNED << 24 | 64,
    0, TYPE(BTF_KIND_PTR, 0), NO_TYPE,
    0, TYPE(BTF_KIND_FUNC_PROTO, 1), INT, CONTEXT_NAME, POINTER,
    0, TYPE(BTF_KIND_FUNC_PROTO, 2), LONG, INT_NAME, INT, CONTEXT_NAME, POINTER,
    RUN_NAME, TYPE(BTF_KIND_FUNC, BTF_FUNC_GLOBAL), RUN_TYPE,
    STEP_NAME, TYPE(BTF_KIND_FUNC, BTF_FUNC_STATIC), STEP_TYPE,
};

static int load_types(void)
{
    struct {
        struct btf_header header;
        uint32_t types[sizeof types / sizeof *types];
        char strings[sizeof strings];
    } btf = {
        .header = {
            .magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(struct btf_header),
            .type_len = sizeof types, .str_off = sizeof types, .str_len = sizeof strings,
        },
    };
    memcpy(btf.types, types, sizeof types);
    memcpy(btf.strings, strings, sizeof strings);
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.btf = (uintptr_t)&btf;
    attributes.btf_size = offsetof(typeof(btf), strings) + sizeof strings;
    return bpf(BPF_BTF_LOAD, &attributes);
}

int clinux_bpf_load(
    const uint64_t *instructions, uint32_t count, uint32_t callback, int map, char *log, uint32_t log_size)
{
    struct bpf_insn *program = malloc(count * sizeof *program);
    if (program == NULL)
        return -ENOMEM;
    memcpy(program, instructions, count * sizeof *program);
    for (uint32_t index = 0; index < count; index++) {
        // A 64-bit immediate takes two instructions.
        if (program[index].code != (BPF_LD | BPF_IMM | BPF_DW))
            continue;
        if (program[index].src_reg == BPF_PSEUDO_MAP_VALUE)
            program[index].imm = map;
        index++;
    }
    int btf = callback > 0 ? load_types() : -1;
    if (callback > 0 && btf < 0) {
        free(program);
        return btf;
    }
    struct bpf_func_info functions[] = {{0, RUN}, {callback, STEP}};
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT;
    attributes.insns = (uintptr_t)program;
    attributes.insn_cnt = count;
    // The helpers that read kernel memory want it.
    attributes.license = (uintptr_t)"GPL";
    if (callback > 0) {
        attributes.prog_btf_fd = btf;
        attributes.func_info_rec_size = sizeof *functions;
        attributes.func_info = (uintptr_t)functions;
        attributes.func_info_cnt = sizeof functions / sizeof *functions;
    }
    int result = bpf(BPF_PROG_LOAD, &attributes);
    if (result < 0 && result != -EPERM && log_size > 0) {
        // Only now, as writing the log takes long.
        attributes.log_buf = (uintptr_t)log;
        attributes.log_size = log_size;
        attributes.log_level = 1;
        int again = bpf(BPF_PROG_LOAD, &attributes);
        // A log that is too long is no reason.
        if (again != -ENOSPC)
            result = again;
    }
    if (btf >= 0)
        close(btf);
    free(program);
    return result;
}

int clinux_bpf_run(int program)
{
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.test.prog_fd = program;
    int result = bpf(BPF_PROG_TEST_RUN, &attributes);
    return result < 0 ? result : (int)attributes.test.retval;
}
