// Copies IPVS's connections out of the kernel: walks ip_vs_conn_tab (net/netfilter/ipvs/ip_vs_conn.c), an array of hlists, and copies
// each connection of one network namespace into the only value of an array map, which the reader has mapped.
//
// One run takes whole buckets until it has `enough` rows; it is run again until `next` reaches `size`. The kernel holds the RCU read lock
// during a run of BPF_PROG_TEST_RUN (bpf_prog_test_run_raw_tp, net/bpf/test_run.c), under which connections are unlinked and freed, so
// that a bucket is walked as safely as by /proc. Every read is bpf_probe_read_kernel: a wild pointer is an error, never a fault.
//
// It contains no address and no offset: those come as data, from /proc/kallsyms and the kernel's BTF. It has no state on the stack: 6.1
// verifies a bpf_loop callback with the constants of its caller.
//
// scripts/bpf compiles it into ConnectionProgram.swift.

typedef unsigned long long u64;
typedef unsigned int u32;
typedef unsigned char u8;

// Helpers by their numbers (include/uapi/linux/bpf.h).
static long (*const probe_read_kernel)(void *to, u32 size, const void *from) = (void *)113;
static long (*const probe_read_kernel_str)(void *to, u32 size, const void *from) = (void *)115;
static u64 (*const jiffies64)(void) = (void *)118;
static long (*const loop)(u32 steps, void *callback, void *context, u64 flags) = (void *)181;

// The value must stay below 4 MiB.
#define ROWS 4096
#define CONNECTION 320
#define ENGINE_NAME 16
#define ENGINE_DATA 256
// Connections of other namespaces cost time, too: after so many a run ends with its bucket.
#define SEEN 2048

struct row {
	u8 connection[CONNECTION];
	u8 engine_name[ENGINE_NAME];
	u8 engine_data[ENGINE_DATA];
};

// Words are in the order of `ConnectionWalk.Word`.
struct walk {
	// Set by the reader before the first run: addresses,
	u64 table_address;
	u64 size_address;
	// the network namespace's inode,
	u64 namespace;
	// offsets of members,
	u64 node_offset;      // ip_vs_conn.c_list
	u64 ipvs_offset;      // ip_vs_conn.ipvs
	u64 net_offset;       // netns_ipvs.net
	u64 inode_offset;     // net.ns.inum
	u64 engine_offset;    // ip_vs_conn.pe
	u64 data_offset;      // ip_vs_conn.pe_data
	u64 length_offset;    // ip_vs_conn.pe_data_len
	u64 name_offset;      // ip_vs_pe.name
	// and how much to copy of a connection, how many rows are enough, and how many steps a run may take.
	u64 copied;
	u64 enough;
	u64 steps;
	// Where the next run begins; 0 at first.
	u64 next;
	// Results of a run.
	u64 size;
	u64 count;
	u64 seen;
	u64 errors;
	u64 overlong;
	u64 jiffies;
	// State within a run.
	u64 table;
	u64 bucket;
	u64 first;
	u64 start;
	u64 node;
	u64 last_ipvs;
	u64 last_inode;
	u64 scratch;
	struct row rows[ROWS];
};

extern struct walk walk;

// Each access is one to memory: helpers write there, behind the compiler's back.
#define W(word) (*(volatile u64 *)&walk.word)
#define read_word(word, from) probe_read_kernel((void *)&walk.word, 8, (const void *)(from))

static inline __attribute__((always_inline)) void copy_engine(struct row *row, u64 connection)
{
	row->engine_name[0] = 0;
	u64 offset = W(engine_offset);
	if (offset > CONNECTION - 8)
		return;
	u64 engine = *(volatile u64 *)(row->connection + offset);
	if (engine == 0)
		return;
	if (read_word(scratch, engine + W(name_offset))
	    || probe_read_kernel_str(row->engine_name, ENGINE_NAME, (const void *)W(scratch)) < 0
	    || read_word(scratch, connection + W(data_offset)))
		W(errors)++;
	u64 place = W(length_offset);
	if (place > CONNECTION - 1)
		return;
	u32 length = *(volatile u8 *)(row->connection + place);
	if (length != 0 && probe_read_kernel(row->engine_data, length, (const void *)W(scratch)))
		W(errors)++;
}

static inline __attribute__((always_inline)) int is_ours(u64 connection)
{
	if (read_word(scratch, connection + W(ipvs_offset))) {
		W(errors)++;
		return 0;
	}
	if (W(scratch) != W(last_ipvs)) {
		W(last_ipvs) = W(scratch);
		W(last_inode) = 0;
		if (read_word(scratch, W(last_ipvs) + W(net_offset))
		    || probe_read_kernel((void *)&walk.last_inode, 4, (const void *)(W(scratch) + W(inode_offset))))
			W(errors)++;
	}
	return W(last_inode) == W(namespace);
}

// Goes on by one node, or to the next bucket. Returns 1 to stop.
static inline __attribute__((always_inline)) long advance(void)
{
	u64 node = W(node);
	if (node == 0) {
		u64 bucket = W(bucket);
		if (bucket >= W(size) || W(count) >= W(enough) || W(seen) >= SEEN)
			return 1;
		W(bucket) = bucket + 1;
		W(start) = W(count);
		if (read_word(node, W(table) + bucket * 8)) {
			W(errors)++;
			W(node) = 0;
		}
		return 0;
	}
	u64 connection = node - W(node_offset);
	W(seen)++;
	if (is_ours(connection)) {
		u64 count = W(count);
		if (count >= ROWS)
			return 1;
		struct row *row = &walk.rows[count];
		u64 copied = W(copied);
		if (copied > CONNECTION || probe_read_kernel(row->connection, copied, (const void *)connection))
			W(errors)++;
		copy_engine(row, connection);
		W(count) = count + 1;
	}
	if (read_word(node, node)) {
		W(errors)++;
		W(node) = 0;
	}
	return 0;
}

static long step(u32 index, void *context);

__attribute__((section("raw_tp"), used)) int run(void *context)
{
	W(count) = 0;
	W(seen) = 0;
	W(errors) = 0;
	W(overlong) = 0;
	W(node) = 0;
	W(last_ipvs) = 0;
	W(last_inode) = 0;
	W(size) = 0;
	W(first) = W(next);
	W(bucket) = W(next);
	W(start) = 0;
	if (read_word(table, W(table_address)) || probe_read_kernel((void *)&walk.size, 4, (const void *)W(size_address)))
		return 1;
	loop(W(steps), step, 0, 0);
	// Cut within a bucket: it is given back whole. If it was the first, it never fits.
	if (W(node) != 0) {
		W(bucket) = W(bucket) - 1;
		W(count) = W(start);
		W(overlong) = W(bucket) == W(first);
	}
	W(next) = W(bucket);
	W(jiffies) = jiffies64();
	return 0;
}

__attribute__((section("raw_tp"), noinline)) static long step(u32 index, void *context)
{
	return advance();
}
