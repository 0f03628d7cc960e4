// libnftables prints its output unless its buffers are enabled (nft_ctx_buffer_output, nft_ctx_buffer_error).
#include <nftables/libnftables.h>
