// SPDX-License-Identifier: GPL-2.0
/*
 * A module's types in a BPF namespace: found, read and attached to by number, as
 * libbpf does it.  The argument is where ns_module.ko is, of test_modules.
 */
#include "ns.h"
#include "../kselftest_harness.h"

#define MODULE		"ns_module"
#define FUNCTION	"ns_module_function"
#define CALL		"/sys/module/ns_module/parameters/call"

/* A descriptor of the module's BTF and its number, or -errno */
static int module_btf(__u32 *number)
{
	char name[32];
	struct bpf_btf_info info;
	static __u32 all[MANY_NUMBERS];
	int n = list(BTF, all, MANY_NUMBERS);

	for (int i = 0; i < n && i < MANY_NUMBERS; i++) {
		int fd = open_number(BTF, all[i]);

		if (fd < 0)
			return fd;
		memset(&info, 0, sizeof(info));
		info.name = (unsigned long)name;
		info.name_len = sizeof(name);
		if (!get_info(fd, &info, sizeof(info)) && info.kernel_btf &&
		    !strcmp(name, MODULE)) {
			*number = info.id;
			return fd;
		}
		close(fd);
	}
	return n < 0 ? n : -ENOENT;
}

/* The id of the function in the types behind a descriptor, or -errno */
static int function_in(int fd)
{
	static char types[1 << 16];
	struct bpf_btf_info info = {
		.btf = (unsigned long)types, .btf_size = sizeof(types),
	};
	int err = get_info(fd, &info, sizeof(info));

	if (err)
		return -err;
	return info.btf_size > sizeof(types) ? -EFBIG :
	       ct_btf_split_id(types, FUNCTION, BTF_KIND_FUNC);
}

/* It counts its calls in the map's first element */
static int counter(int map, int btf, int function)
{
	const struct bpf_insn insns[] = {
		CT_ST(BPF_W, BPF_REG_10, -4, 0),
		CT_INSN(BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, map),
		CT_INSN(0, 0, 0, 0, 0),
		CT_MOV_REG(2, 10), CT_ADD_IMM(2, -4),
		CT_CALL(BPF_FUNC_map_lookup_elem),
		CT_INSN(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3, 0),
		CT_LDX(BPF_W, 1, 0, 0), CT_ADD_IMM(1, 1),
		CT_STX(BPF_W, 0, 1, 0),
		CT_MOV_IMM(0, 0), CT_EXIT(),
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_TRACING;
	attr.expected_attach_type = BPF_TRACE_FENTRY;
	attr.attach_btf_obj_fd = btf;
	attr.attach_btf_id = function;
	attr.insns = (unsigned long)insns;
	attr.insn_cnt = ARRAY_SIZE(insns);
	attr.license = (unsigned long)"GPL";
	return ct_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}

static int attach_and_call(void *arg)
{
	int map = map_with(-1, BPF_MAP_TYPE_ARRAY), btf, prog, link;
	struct bpf_prog_info prog_info = {};
	struct bpf_link_info link_info = {};
	__u32 number = 0, calls = ~0U;
	char text[32];

	btf = module_btf(&number);
	if (btf < 0)
		return -btf;
	prog = counter(map, btf, function_in(btf));
	if (prog < 0)
		return -prog;
	link = link_with(prog, 0, BPF_TRACE_FENTRY, 0);
	if (link < 0)
		return -link;
	if (get_info(prog, &prog_info, sizeof(prog_info)) ||
	    get_info(link, &link_info, sizeof(link_info)))
		return SETUP_FAILED;
	if (DIFFER(prog_info.attach_btf_obj_id, number) ||
	    DIFFER(link_info.tracing.target_obj_id, number))
		return WRONG;
	if (get_string(CALL, text, sizeof(text)) <= 0 ||
	    try_element(BPF_MAP_LOOKUP_ELEM, map, 0, &calls))
		return SETUP_FAILED;
	if (DIFFER(calls, 1))
		return WRONG;
	return 0;
}

TEST(of_a_module)
{
	EXPECT_EQ(0, as_root(attach_and_call, NULL));
	EXPECT_EQ(0, in_ns(0, CAP_EVERY, attach_and_call, NULL));
	EXPECT_EQ(0, in_ns(UID_USER, CAP_B | CAP_T, attach_and_call, NULL));
}

/* Its number goes with it */
static int is_gone(void *arg)
{
	__u32 number;

	return -module_btf(&number);
}

TEST(that_goes)
{
	struct room room;

	ASSERT_EQ(0, open_room(&room, NULL));
	ASSERT_EQ(0, syscall(SYS_delete_module, MODULE, 0));
	EXPECT_EQ(ENOENT, in_room(&room, 0, CAP_EVERY, is_gone, NULL));
	EXPECT_EQ(0, close_room(&room));
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "test_modules/ns_module.ko";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	need_bpf_ns();
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0)) {
		fprintf(stderr, "ns_module: %s: %s\n", path, strerror(errno));
		return 1;
	}
	close(fd);
	return test_harness_run(1, argv);
}
