// SPDX-License-Identifier: GPL-2.0
/*
 * Programs made of pieces that the verifier mostly takes: calls of helpers and
 * kfuncs with likely arguments, loads, branches, loops.  One in four is spoiled.
 */
#include "fuzz.h"
#include <linux/btf.h>

#define MAX_INSNS	256
#define PLAIN_SIZE	64	/* of the zeroed bytes on the stack */

/* R6 is the context, R7 a number, R8 the current task; R9 counts */
struct builder {
	struct fuzz *f;
	struct bpf_insn insn[MAX_INSNS];
	__u32 nr;
	bool spoiled;		/* anything may be wrong with it */
	int callback;		/* what wants one, then where it is; or -1 */
	__u32 called[16];
	__u32 nr_called;
	const char *kfunc;	/* the last one */
};

static void put(struct builder *b, struct bpf_insn insn)
{
	if (b->nr < MAX_INSNS - 8)
		b->insn[b->nr++] = insn;
}

#define HELPER_NAME(name) \
	[BPF_FUNC_ ## name] = #name
static const char *const helper_names[] = {
	__BPF_FUNC_MAPPER(HELPER_NAME)
};

/* Maps of each kind, made once for each attacker */
static const struct {
	char letter;
	__u32 type, key, value, entries, flags;
} map_kinds[] = {
	{ 'H', BPF_MAP_TYPE_HASH, 8, 64, 16, 0 },
	{ 'A', BPF_MAP_TYPE_ARRAY, 4, 64, 16, 0 },
	{ 'C', BPF_MAP_TYPE_PERCPU_ARRAY, 4, 64, 16, 0 },
	{ 'L', BPF_MAP_TYPE_LRU_HASH, 8, 64, 16, 0 },
	{ 'P', BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 8, 0 },
	{ 'R', BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0 },
	{ 'S', BPF_MAP_TYPE_STACK_TRACE, 4, 1016, 64, 0 },
	{ 'T', BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 8, 0 },
	{ 'G', BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 8, 0 },
	{ 'Q', BPF_MAP_TYPE_QUEUE, 0, 64, 16, 0 },
	{ 'B', BPF_MAP_TYPE_BLOOM_FILTER, 0, 8, 16, 0 },
	{ 'U', BPF_MAP_TYPE_USER_RINGBUF, 0, 0, 4096, 0 },
};

static int map_fds[ARRAY_SIZE(map_kinds)];

static int map_of(struct fuzz *f, char letter)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(map_kinds); i++) {
		if (map_kinds[i].letter == letter)
			break;
	}
	if (i == ARRAY_SIZE(map_kinds))
		i = throw(&f->dice, ARRAY_SIZE(map_kinds));
	if (map_fds[i] <= 0)
		map_fds[i] = ct_map_create(map_kinds[i].type, map_kinds[i].key,
					   map_kinds[i].value,
					   map_kinds[i].entries,
					   map_kinds[i].flags);
	return map_fds[i];
}

/*
 * Likely arguments of helpers.  c: context, t: current task, p: zeroed bytes
 * of the stack, n: their number, s: a small number, z: 0, r: a number, k: one
 * that the kernel gave, h: where a function is called back from, an upper-case
 * letter: a map of that kind.
 */
static const struct {
	__u32 func;
	const char *args;
} recipes[] = {
	{ BPF_FUNC_map_lookup_elem, "Hp" },
	{ BPF_FUNC_map_lookup_elem, "Ap" },
	{ BPF_FUNC_map_update_elem, "Hppz" },
	{ BPF_FUNC_map_update_elem, "Lppz" },
	{ BPF_FUNC_map_update_elem, "Appz" },
	{ BPF_FUNC_map_delete_elem, "Hp" },
	{ BPF_FUNC_map_push_elem, "Qpz" },
	{ BPF_FUNC_map_pop_elem, "Qp" },
	{ BPF_FUNC_map_peek_elem, "Bp" },
	{ BPF_FUNC_map_lookup_percpu_elem, "Cps" },
	{ BPF_FUNC_for_each_map_elem, "Hhzz" },
	{ BPF_FUNC_for_each_map_elem, "Ahzz" },
	{ BPF_FUNC_loop, "rhzz" },
	{ BPF_FUNC_find_vma, "trhzz" },
	{ BPF_FUNC_user_ringbuf_drain, "Uhzz" },
	{ BPF_FUNC_perf_event_output, "cPrpn" },
	{ BPF_FUNC_perf_event_read, "Ps" },
	{ BPF_FUNC_perf_event_read_value, "Pspn" },
	{ BPF_FUNC_ringbuf_output, "Rpnz" },
	{ BPF_FUNC_ringbuf_query, "Rs" },
	{ BPF_FUNC_get_stackid, "cSr" },
	{ BPF_FUNC_get_stack, "cpnz" },
	{ BPF_FUNC_get_task_stack, "tpnz" },
	{ BPF_FUNC_trace_printk, "pn" },
	{ BPF_FUNC_trace_vprintk, "pnzz" },
	{ BPF_FUNC_snprintf, "pnpzz" },
	{ BPF_FUNC_probe_read, "pnk" },
	{ BPF_FUNC_probe_read_kernel, "pnk" },
	{ BPF_FUNC_probe_read_kernel_str, "pnk" },
	{ BPF_FUNC_probe_read_user, "pnk" },
	{ BPF_FUNC_probe_read_user_str, "pnk" },
	{ BPF_FUNC_get_current_comm, "pn" },
	{ BPF_FUNC_get_current_pid_tgid, "" },
	{ BPF_FUNC_get_current_uid_gid, "" },
	{ BPF_FUNC_get_current_cgroup_id, "" },
	{ BPF_FUNC_get_current_ancestor_cgroup_id, "s" },
	{ BPF_FUNC_current_task_under_cgroup, "Gs" },
	{ BPF_FUNC_get_current_task, "" },
	{ BPF_FUNC_get_ns_current_pid_tgid, "rrpn" },
	{ BPF_FUNC_get_branch_snapshot, "pnz" },
	{ BPF_FUNC_task_pt_regs, "t" },
	{ BPF_FUNC_ktime_get_ns, "" },
	{ BPF_FUNC_ktime_get_boot_ns, "" },
	{ BPF_FUNC_ktime_get_tai_ns, "" },
	{ BPF_FUNC_jiffies64, "" },
	{ BPF_FUNC_get_smp_processor_id, "" },
	{ BPF_FUNC_get_numa_node_id, "" },
	{ BPF_FUNC_get_prandom_u32, "" },
	{ BPF_FUNC_strtol, "pnzp" },
	{ BPF_FUNC_strtoul, "pnzp" },
	{ BPF_FUNC_strncmp, "pnp" },
	/* What observers do not have, or some types of program only */
	{ BPF_FUNC_probe_write_user, "rpn" },
	{ BPF_FUNC_copy_from_user, "pnr" },
	{ BPF_FUNC_copy_from_user_task, "pnrtz" },
	{ BPF_FUNC_override_return, "cr" },
	{ BPF_FUNC_send_signal, "s" },
	{ BPF_FUNC_send_signal_thread, "s" },
	{ BPF_FUNC_sys_bpf, "spn" },
	{ BPF_FUNC_sys_close, "s" },
	{ BPF_FUNC_skb_output, "cPrpn" },
	{ BPF_FUNC_kallsyms_lookup_name, "pnzp" },
	{ BPF_FUNC_btf_find_by_name_kind, "pnsz" },
	{ BPF_FUNC_seq_write, "cpn" },
	{ BPF_FUNC_d_path, "cpn" },
	{ BPF_FUNC_get_func_arg_cnt, "c" },
	{ BPF_FUNC_get_attach_cookie, "c" },
	{ BPF_FUNC_read_branch_records, "cpnz" },
	{ BPF_FUNC_tail_call, "cTs" },
	{ BPF_FUNC_get_func_ip, "c" },
};

#define NR_COMMON_RECIPES	(ARRAY_SIZE(recipes) - 18)

static void emit_number(struct builder *b, int reg, __u64 v)
{
	put(b, CT_INSN(BPF_LD | BPF_DW | BPF_IMM, reg, 0, 0, (__s32)v));
	put(b, CT_INSN(0, 0, 0, 0, (__s32)(v >> 32)));
}

static void emit_map(struct builder *b, int reg, char letter)
{
	put(b, CT_INSN(BPF_LD | BPF_DW | BPF_IMM, reg, BPF_PSEUDO_MAP_FD, 0,
		       map_of(b->f, letter)));
	put(b, CT_INSN(0, 0, 0, 0, 0));
}

static void emit_arg(struct builder *b, int reg, char letter)
{
	struct dice *d = &b->f->dice;

	switch (letter) {
	case 'c':
		put(b, CT_MOV_REG(reg, BPF_REG_6));
		break;
	case 't':
		put(b, CT_MOV_REG(reg, BPF_REG_8));
		break;
	case 'p':
		put(b, CT_MOV_REG(reg, BPF_REG_10));
		put(b, CT_ADD_IMM(reg, -PLAIN_SIZE));
		break;
	case 'n':
		put(b, CT_MOV_IMM(reg, b->spoiled && one_in(d, 4) ?
				  (int)throw_number(d) : 8 * (1 + (int)throw(d, PLAIN_SIZE / 8))));
		break;
	case 's':
		put(b, CT_MOV_IMM(reg, throw(d, 10)));
		break;
	case 'z':
		put(b, CT_MOV_IMM(reg, b->spoiled && one_in(d, 4) ?
				  (int)throw_number(d) : 0));
		break;
	case 'k':
		put(b, CT_MOV_REG(reg, BPF_REG_7));
		break;
	case 'h':
		b->callback = b->nr;
		put(b, CT_INSN(BPF_LD | BPF_DW | BPF_IMM, reg, BPF_PSEUDO_FUNC,
			       0, 0));
		put(b, CT_INSN(0, 0, 0, 0, 0));
		break;
	case 'A' ... 'Z':
		emit_map(b, reg, letter);
		break;
	default:
		emit_number(b, reg, throw_number(d));
	}
}

static void emit_call(struct builder *b, __u32 func, const char *args)
{
	for (int i = 0; i < 5 && args[i]; i++)
		emit_arg(b, BPF_REG_1 + i, args[i]);
	put(b, CT_CALL(func));
	if (b->nr_called < ARRAY_SIZE(b->called))
		b->called[b->nr_called++] = func;
}

static void emit_helper(struct builder *b)
{
	static const char letters[] = "cctppnnszzrkhHAPRST";
	struct dice *d = &b->f->dice;
	char args[6] = "";
	__u32 i;

	if (b->spoiled && one_in(d, 2)) {
		for (i = 0; i < 5; i++)
			args[i] = letters[throw(d, sizeof(letters) - 1)];
		emit_call(b, throw(d, __BPF_FUNC_MAX_ID + 2), args);
		return;
	}
	i = throw(d, one_in(d, 8) ? ARRAY_SIZE(recipes) : NR_COMMON_RECIPES);
	snprintf(args, sizeof(args), "%s", recipes[i].args);
	if (b->spoiled && one_in(d, 4) && args[0])
		args[throw(d, strlen(args))] =
			letters[throw(d, sizeof(letters) - 1)];
	emit_call(b, recipes[i].func, args);
	/* What is not a pointer for sure is a number to go on with */
	if (recipes[i].func != BPF_FUNC_map_lookup_elem &&
	    recipes[i].func != BPF_FUNC_map_lookup_percpu_elem &&
	    recipes[i].func != BPF_FUNC_task_pt_regs)
		put(b, CT_MOV_REG(BPF_REG_7, BPF_REG_0));
}

/* A value of a map, looked up, changed and read */
static void emit_value(struct builder *b)
{
	emit_call(b, BPF_FUNC_map_lookup_elem, "Ap");
	put(b, CT_INSN(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 3, 0));
	put(b, CT_LDX(BPF_DW, BPF_REG_7, BPF_REG_0,
		      8 * throw(&b->f->dice, 9)));
	put(b, CT_ADD_IMM(BPF_REG_7, 1));
	put(b, CT_STX(BPF_DW, BPF_REG_0, BPF_REG_7, 0));
}

/* A record of a ring buffer, reserved and given back */
static void emit_reserve(struct builder *b)
{
	bool submit = one_in(&b->f->dice, 2);

	emit_call(b, BPF_FUNC_ringbuf_reserve, "Rnz");
	put(b, CT_INSN(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 4, 0));
	put(b, CT_STX(BPF_DW, BPF_REG_0, BPF_REG_7, 0));
	put(b, CT_MOV_REG(BPF_REG_1, BPF_REG_0));
	put(b, CT_MOV_IMM(BPF_REG_2, 0));
	put(b, CT_CALL(submit ? BPF_FUNC_ringbuf_submit :
		       BPF_FUNC_ringbuf_discard));
}

static const char *const kfuncs[] = {
	"bpf_rcu_read_lock", "bpf_rcu_read_unlock", "bpf_task_acquire",
	"bpf_task_from_pid", "bpf_task_release", "bpf_cast_to_kern_ctx",
	"bpf_rdonly_cast", "bpf_dynptr_size", "bpf_obj_new_impl",
	"bpf_iter_num_new", "bpf_iter_task_new", "bpf_wq_init",
	"bpf_cgroup_from_id", "bpf_get_task_exe_file", "bpf_preempt_disable",
	"bpf_local_irq_save", "bpf_throw", "cgroup_rstat_updated",
	"bpf_lookup_user_key", "bpf_key_put", "bpf_send_signal_task",
};

static void emit_kfunc(struct builder *b)
{
	static int ids[ARRAY_SIZE(kfuncs)];
	struct dice *d = &b->f->dice;
	__u32 i = throw(d, ARRAY_SIZE(kfuncs));

	if (!ids[i])
		ids[i] = ct_btf_id(kfuncs[i], BTF_KIND_FUNC);
	emit_arg(b, BPF_REG_1, "tpcs"[throw(d, 4)]);
	emit_arg(b, BPF_REG_2, "npz"[throw(d, 3)]);
	put(b, CT_CALL_KFUNC(one_in(d, 8) ? throw(d, 200000) : ids[i]));
	b->kfunc = ids[i] > 0 ? kfuncs[i] : NULL;
}

static void emit_arithmetic(struct builder *b)
{
	struct dice *d = &b->f->dice;
	int op = throw(d, 14) << 4;

	if (op == BPF_NEG)
		put(b, CT_INSN(BPF_ALU64 | BPF_NEG, BPF_REG_7, 0, 0, 0));
	else
		put(b, CT_INSN((one_in(d, 2) ? BPF_ALU64 : BPF_ALU) | op | BPF_K,
			       BPF_REG_7, 0, 0,
			       op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH ?
			       throw(d, 32) : 1 + throw(d, 1 << 20)));
}

static void emit_odd(struct builder *b)
{
	static const __u8 sizes[] = { BPF_B, BPF_H, BPF_W, BPF_DW };
	struct dice *d = &b->f->dice;

	switch (throw(d, 8)) {
	case 0:		/* what the probed function was given, or kernel data */
		put(b, CT_LDX(sizes[throw(d, ARRAY_SIZE(sizes))], BPF_REG_7, BPF_REG_6,
			      8 * throw(d, 24)));
		break;
	case 1:
		put(b, CT_LDX(sizes[throw(d, ARRAY_SIZE(sizes))], BPF_REG_7, BPF_REG_8,
			      throw(d, 4096)));
		break;
	case 2:		/* writing the context, or a task */
		put(b, CT_STX(sizes[throw(d, ARRAY_SIZE(sizes))], one_in(d, 2) ? BPF_REG_6 :
			      BPF_REG_8, BPF_REG_7, 8 * throw(d, 32)));
		break;
	case 3:		/* may_goto */
		put(b, CT_INSN(BPF_JMP | 0xe0, 0, 0, 1 - (int)throw(d, 3), 0));
		break;
	case 4:		/* atomic operations on a map or the context */
		put(b, CT_INSN(BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_10,
			       BPF_REG_7, -8, BPF_ADD | BPF_FETCH));
		break;
	case 5:
		put(b, CT_INSN(BPF_JMP | BPF_JNE | BPF_K, BPF_REG_7, 0,
			       throw(d, 4), throw_number(d)));
		break;
	case 6:		/* back, a few times */
		put(b, CT_ADD_IMM(BPF_REG_9, 1));
		put(b, CT_INSN(BPF_JMP | BPF_JLT | BPF_K, BPF_REG_9, 0, -2,
			       throw(d, 1000)));
		break;
	default:	/* anything at all */
		put(b, CT_INSN(throw(d, 256), throw(d, 11), throw(d, 4),
			       throw(d, 8), throw_number(d)));
	}
}

static void build(struct builder *b)
{
	struct dice *d = &b->f->dice;
	__u32 pieces = 1 + throw(d, 5);

	put(b, CT_MOV_REG(BPF_REG_6, BPF_REG_1));
	for (int i = 8; i <= PLAIN_SIZE; i += 8)
		put(b, CT_ST(BPF_DW, BPF_REG_10, -i, 0));
	emit_number(b, BPF_REG_7, throw_number(d));
	put(b, CT_MOV_IMM(BPF_REG_9, 0));
	put(b, CT_CALL(BPF_FUNC_get_current_task_btf));
	put(b, CT_MOV_REG(BPF_REG_8, BPF_REG_0));
	for (__u32 i = 0; i < pieces; i++) {
		switch (throw(d, b->spoiled ? 12 : 9)) {
		case 0:
			emit_value(b);
			break;
		case 1:
			emit_reserve(b);
			break;
		case 2:
			emit_arithmetic(b);
			break;
		case 10:
			emit_kfunc(b);
			break;
		case 11:
			emit_odd(b);
			break;
		default:
			emit_helper(b);
		}
	}
	put(b, CT_MOV_IMM(BPF_REG_0, throw(d, 2)));
	put(b, CT_EXIT());
	if (b->callback >= 0) {
		b->insn[b->callback].imm = b->nr - b->callback - 1;
		b->callback = b->nr;
		if (b->spoiled && one_in(d, 3))
			put(b, CT_CALL(recipes[throw(d, ARRAY_SIZE(recipes))]
				       .func));
		put(b, CT_MOV_IMM(BPF_REG_0, throw(d, 2)));
		put(b, CT_EXIT());
	}
}

static const struct {
	__u32 type, attach;
	const char *name;
} kinds[] = {
	{ BPF_PROG_TYPE_KPROBE, 0, "kprobe" },
	{ BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, "kprobe_multi" },
	{ BPF_PROG_TYPE_KPROBE, BPF_TRACE_UPROBE_MULTI, "uprobe_multi" },
	{ BPF_PROG_TYPE_TRACEPOINT, 0, "tracepoint" },
	{ BPF_PROG_TYPE_PERF_EVENT, 0, "perf_event" },
	{ BPF_PROG_TYPE_RAW_TRACEPOINT, 0, "raw_tracepoint" },
	{ BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, "fentry" },
	{ BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT, "fexit" },
	{ BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, "tp_btf" },
	{ BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, "iter" },
	{ BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, "fmod_ret" },
	{ BPF_PROG_TYPE_SYSCALL, 0, "syscall" },
	{ BPF_PROG_TYPE_SOCKET_FILTER, 0, "socket_filter" },
	{ BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "lsm" },
	{ BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0, "raw_tracepoint.w" },
	{ BPF_PROG_TYPE_STRUCT_OPS, 0, "struct_ops" },
	{ BPF_PROG_TYPE_EXT, 0, "freplace" },
	{ BPF_PROG_TYPE_CGROUP_SKB, 0, "cgroup_skb" },
	{ BPF_PROG_TYPE_XDP, 0, "xdp" },
	{ BPF_PROG_TYPE_SCHED_CLS, 0, "sched_cls" },
};

#define OBSERVING_KINDS	12	/* the first of them */

static const char *const tps[] = {
	"btf_trace_sched_switch", "btf_trace_sys_enter",
	"btf_trace_sched_process_exit", "btf_trace_task_newtask",
};

static const char *const iters[] = {
	"bpf_iter_task", "bpf_iter_bpf_map", "bpf_iter_task_file",
	"bpf_iter_task_vma", "bpf_iter_bpf_prog",
};

/*
 * ct_btf_id() remembers them, also for children.  The iterator over a hundred
 * thousand symbols took a seventh of all time: it is thrown for apart.
 */
void find_btf_ids(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(kfuncs); i++)
		ct_btf_id(kfuncs[i], BTF_KIND_FUNC);
	for (size_t i = 0; i < ARRAY_SIZE(tps); i++)
		ct_btf_id(tps[i], BTF_KIND_TYPEDEF);
	for (size_t i = 0; i < ARRAY_SIZE(iters); i++)
		ct_btf_id(iters[i], BTF_KIND_FUNC);
	ct_btf_id("bpf_iter_ksym", BTF_KIND_FUNC);
	ct_btf_id("bpf_lsm_file_open", BTF_KIND_FUNC);
	ct_btf_release();
}

static __u32 btf_target(struct fuzz *f, __u32 attach)
{
	int id = 0;

	if (attach == BPF_TRACE_RAW_TP)
		id = ct_btf_id(tps[throw(&f->dice, ARRAY_SIZE(tps))], BTF_KIND_TYPEDEF);
	else if (attach == BPF_TRACE_ITER)
		id = ct_btf_id(one_in(&f->dice, 32) ? "bpf_iter_ksym" :
			       iters[throw(&f->dice, ARRAY_SIZE(iters))],
			       BTF_KIND_FUNC);
	else if (attach == BPF_LSM_MAC)
		id = ct_btf_id("bpf_lsm_file_open", BTF_KIND_FUNC);
	else if (f->nr_btf_ids)
		id = f->btf_ids[throw(&f->dice, f->nr_btf_ids)];
	return id > 0 ? id : 0;
}

void fuzz_bpf_load(struct fuzz *f)
{
	struct builder b = { .f = f, .callback = -1 };
	__u32 i = one_in(&f->dice, 8) ?
		throw(&f->dice, ARRAY_SIZE(kinds)) :
		throw(&f->dice, OBSERVING_KINDS);
	struct ct_prog prog = {
		.type = kinds[i].type,
		.attach_type = kinds[i].attach,
		.insns = b.insn,
	};
	int fd;

	b.spoiled = one_in(&f->dice, 4);
	build(&b);
	prog.nr_insns = b.nr;
	if (b.callback >= 0)
		prog.callbacks[0] = b.callback;
	if (prog.type == BPF_PROG_TYPE_TRACING || prog.type == BPF_PROG_TYPE_LSM)
		prog.attach_btf_id = btf_target(f, prog.attach_type);
	if (prog.type == BPF_PROG_TYPE_SYSCALL ||
	    (b.spoiled && one_in(&f->dice, 8)))
		prog.flags = BPF_F_SLEEPABLE;
	if (b.spoiled && one_in(&f->dice, 8))
		prog.flags |= 1U << throw(&f->dice, 10);
	step(f, "load %s of %u, btf %u", kinds[i].name, b.nr,
	     prog.attach_btf_id);
	fd = ct_prog_load(&prog);
	note(f, "program", kinds[i].name, fd);
	for (__u32 c = 0; c < b.nr_called; c++) {
		if (b.called[c] < ARRAY_SIZE(helper_names))
			note(f, "helper", helper_names[b.called[c]], fd);
	}
	if (b.kfunc)
		note(f, "kfunc", b.kfunc, fd);
	if (fd < 0)
		return;
	fuzz_attach(f, fd, kinds[i].type, kinds[i].attach);
	close(fd);
}
