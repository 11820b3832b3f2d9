/* daemon/fido_intake.c - a BLOB of the FIDO Metadata Service read beside the loop. */
#include "daemon/fido_intake.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/file.h"

struct fido_intake {
	const struct fido_settings *settings;
	char *file;
	uint64_t number;
	struct instant now;
	on_blob_read *done;
	void *arg;

	pthread_t thread;
	bool running;           /* the thread must be waited for */
	int ended_fd;           /* the thread writes when it is done */
	struct event *ended;

	/* Of the thread, until it has ended: */
	struct arena arena;
	struct buffer bytes;
	struct fido_blob blob;
	const char *step;       /* that refuted it; NULL: it is believed, or could not be read */
	struct problem why;
};

static void
read_blob(struct fido_intake *i)
{
	struct examination examination = { .arena = &i->arena };
	const struct examined *cause;

	if (i->file && file_read(i->file, &i->bytes, &i->why) != OK)
		return;
	i->why.code = OK;
	if (fido_blob_read(&i->arena, span_trim(buffer_span(&i->bytes)), i->settings, i->number, i->now, &examination,
	    &i->blob))
		return;
	cause = examination_cause(&examination);
	i->step = cause ? cause->step : "form";
	problem_set(&i->why, ERR_INVALID, cause ? cause->clause : "", "%s: %s", i->step, cause ? cause->text : "");
}

static void *
run(void *arg)
{
	struct fido_intake *i = arg;

	read_blob(i);
	eventfd_write(i->ended_fd, 1);
	return NULL;
}

void
fido_intake_free(struct fido_intake *i)
{
	if (!i)
		return;
	if (i->running)
		pthread_join(i->thread, NULL);
	event_free(i->ended);
	close(i->ended_fd);
	buffer_release(&i->bytes);
	arena_release(&i->arena);
	free(i->file);
	free(i);
}

static void
on_ended(evutil_socket_t fd, short what, void *arg)
{
	struct fido_intake *i = arg;

	(void)fd;
	(void)what;
	if (i->running)
		pthread_join(i->thread, NULL);
	i->running = false;
	i->done(i->arg, i->step ? OK : i->why.code, i->why.code == OK ? &i->blob : NULL, i->step, &i->why);
}

struct fido_intake *
fido_intake_start(struct loop *loop, const struct fido_settings *settings, const char *file, struct buffer *bytes,
    uint64_t number, struct instant now, on_blob_read *done, void *arg)
{
	struct fido_intake *i = calloc(1, sizeof(*i));

	if (!i)
		abort();
	*i = (struct fido_intake){ .settings = settings, .file = file ? strdup(file) : NULL, .number = number,
	    .now = now,
		.done = done, .arg = arg, .arena = arena_init(FIDO_BLOB_ARENA), .bytes = buffer_init(FIDO_BLOB_LARGEST),
		.ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	if (file && !i->file)
		abort();
	if (!file) {
		buffer_release(&i->bytes);
		i->bytes = *bytes;
		*bytes = buffer_init(i->bytes.limit);
	}
	i->ended = event_new(loop_base(loop), i->ended_fd, EV_READ, on_ended, i);
	if (i->ended_fd < 0 || !i->ended || event_add(i->ended, NULL) != 0)
		abort();
	i->running = pthread_create(&i->thread, NULL, run, i) == 0;
	if (!i->running) {
		problem_set(&i->why, ERR_UNAVAILABLE, "", "the machine gives no thread now");
		eventfd_write(i->ended_fd, 1);
	}
	return i;
}
