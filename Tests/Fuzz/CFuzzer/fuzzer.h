#pragma once

#include <stddef.h>
#include <stdint.h>

// Of libFuzzer, without its main (libclang_rt.fuzzer_no_main), which has no header: compiler-rt/lib/fuzzer/FuzzerInterface.h
// declares what a fuzzer defines, FuzzerDriver.cpp this. It returns only after -runs, -max_total_time, or the given inputs.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
