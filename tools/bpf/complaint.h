/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BPF_COMPLAINT_H
#define BPF_COMPLAINT_H

/* Keep libbpf quiet, and what it would have said */
void complaint_keep(void);
/* The last of it, as " (...)" behind a message; "" if there was none */
const char *complaint(void);

#endif
