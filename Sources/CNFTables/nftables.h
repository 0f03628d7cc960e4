// libnftables prints what it has to say unless its buffers are switched on (nft_ctx_buffer_output, nft_ctx_buffer_error).
#include <nftables/libnftables.h>
