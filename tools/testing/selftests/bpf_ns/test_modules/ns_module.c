// SPDX-License-Identifier: GPL-2.0
/* A function of a module that BPF programs attach to: ns_module.c of the tests. */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sysfs.h>

int ns_module_function(int n);

noinline int ns_module_function(int n)
{
	barrier();
	return n + 1;
}

/* Who reads the parameter calls it */
static int call_get(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%d\n", ns_module_function(1));
}

static const struct kernel_param_ops call_ops = {
	.get = call_get,
};

module_param_cb(call, &call_ops, NULL, 0444);

MODULE_DESCRIPTION("A function for tests of BPF namespaces");
MODULE_LICENSE("GPL");
