/* daemon/listener.c - the listening sockets. */
#include "daemon/listener.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"

#define UNIX_PREFIX "unix:"

static int
listener_find(const struct listeners *l, const char *address)
{
	for (size_t i = 0; l && i < l->count; i++)
		if (strcmp(l->addresses[i], address) == 0)
			return l->fds[i];
	return -1;
}

static enum err
listener_add(struct listeners *l, const char *address, const struct listeners *open, struct problem *why)
{
	int fd = listener_find(open, address);

	if (listener_find(l, address) >= 0)
		return problem_set(why, ERR_INVALID, "", "%s: expected each address once, found it twice", address);
	if (fd < 0 && listen_on(address, &fd, why) != OK)
		return why->code;
	l->addresses[l->count] = strdup(address);
	if (!l->addresses[l->count])
		abort();
	l->fds[l->count++] = fd;
	return OK;
}

enum err
listeners_open(const struct config *config, const struct listeners *open, struct listeners *out, struct problem *why)
{
	size_t room = config->listener_count + 1;
	struct listeners l = { .addresses = calloc(room, sizeof(*l.addresses)), .fds = calloc(room, sizeof(*l.fds)) };
	struct buffer control = buffer_init(4 * KIB);
	enum err err = OK;

	if (!l.addresses || !l.fds)
		abort();
	for (size_t i = 0; i < config->listener_count && err == OK; i++)
		err = listener_add(&l, config->listeners[i].address, open, why);
	if (err == OK) {
		/* Whoever connects is known by the kernel; the file's mode need not say it again. It is made so, for
		 * later a link may lie in its place. */
		mode_t before = umask(0111);

		buffer_print(&control, UNIX_PREFIX "%s", config->control.socket);
		buffer_byte(&control, '\0');
		err = listener_add(&l, (const char *)buffer_span(&control).data, open, why);
		umask(before);
	}
	buffer_release(&control);
	if (err != OK) {
		listeners_close(&l, open);
		return err;
	}
	*out = l;
	return OK;
}

void
listeners_close(struct listeners *l, const struct listeners *kept)
{
	for (size_t i = 0; i < l->count; i++) {
		if (listener_find(kept, l->addresses[i]) < 0) {
			close(l->fds[i]);
			if (strncmp(l->addresses[i], UNIX_PREFIX, sizeof(UNIX_PREFIX) - 1) == 0)
				unlink(l->addresses[i] + sizeof(UNIX_PREFIX) - 1);
		}
		free(l->addresses[i]);
	}
	free(l->addresses);
	free(l->fds);
	*l = (struct listeners){ 0 };
}
