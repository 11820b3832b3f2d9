/* daemon/signer_process.c - the process around signer/signer.h: requests in, signatures out, nothing else.
 *
 *     on_request (checks) -> pool (signs) -> on_signed_task (answers)
 */
#include <stdlib.h>
#include <unistd.h>

#include "daemon/child.h"
#include "signer/pool.h"
#include "signer/wire.h"

#define STEP_LARGEST (1 * MIB)

/* What the largest thing a role may have signed takes. */
static const struct channel_limits limits = { .message = TRUSTED_LIST_REQUEST_LARGEST, .waiting = 16 * MIB };
static const struct channel_limits worker_limits = { .message = OPENID_REQUEST_LARGEST, .waiting = 1 * MIB };

struct signer_process {
	struct child *child;
	struct signer *signer;
	struct signing_pool *pool;
	struct arena arena; /* of one answer */
	struct asker *askers;
};

/* One process that asks for signatures. */
struct asker {
	struct asker *next;
	struct signer_process *owner;
	struct channel *channel; /* NULL: gone, but the pool still works for it */
	enum role role;
	unsigned open;           /* tasks of its in the pool */
};

static void
asker_free(struct asker *asker)
{
	struct asker **at = &asker->owner->askers;

	while (*at != asker)
		at = &(*at)->next;
	*at = asker->next;
	free(asker);
}

static void
cut_off(struct asker *asker)
{
	channel_free(asker->channel);
	asker->channel = NULL;
	if (asker->open == 0)
		asker_free(asker);
}

static void
on_asker_gone(void *arg)
{
	cut_off(arg);
}

static void
answer(struct asker *asker, const struct signing_task *task)
{
	struct signer_process *p = asker->owner;

	if (channel_post(asker->channel, signing_task_answer(task, &p->arena)) == ERR_LIMIT) {
		log_error("asker.cut-off", "role=%s problem=%s", role_name(asker->role),
		    "\"it does not take its answers\"");
		cut_off(asker);
	}
	arena_reset(&p->arena);
}

static void
on_signed_task(void *arg, const struct signing_task *task)
{
	struct asker *asker = arg;

	asker->open--;
	if (asker->channel)
		answer(asker, task);
	else
		cut_off(asker);
}

static void
on_request(void *arg, struct span message, int fd)
{
	struct asker *asker = arg;
	struct signer_process *p = asker->owner;
	struct signing_task task;
	struct problem why;

	if (fd >= 0)
		close(fd);
	if (signer_check(p->signer, asker->role, message, &task, &why) != OK) {
		log_error("asker.cut-off", "role=%s problem=%s", role_name(asker->role), LOG_TEXT(why.text));
		cut_off(asker);
		return;
	}
	if (signing_task_is_quick(&task)) {
		signing_task_run(&task);
		answer(asker, &task);
		return;
	}
	asker->open++;
	signing_pool_add(p->pool, &task, on_signed_task, asker);
}

static void
on_link(void *arg, enum role role, unsigned number, int fd)
{
	struct signer_process *p = arg;
	struct asker *asker = calloc(1, sizeof(*asker));

	(void)number;
	if (!asker)
		abort();
	*asker = (struct asker){ .next = p->askers, .owner = p, .role = role };
	asker->channel = channel_new(p->child->loop, fd, role == ROLE_WORKER ? worker_limits : limits, on_request,
	    on_asker_gone, asker);
	p->askers = asker;
}

/* Whoever asked and was not answered asks the successor. */
static void
on_drain(void *arg)
{
	struct signer_process *p = arg;

	loop_stop(p->child->loop);
}

int
signer_main(struct child *child)
{
	static const struct child_duties duties = { .link = on_link, .drain = on_drain };
	struct signer_process p = { .child = child, .arena = arena_init(STEP_LARGEST) };
	int status = EXIT_SUCCESS;
	struct problem why;

	if (signer_open(child->config->keys, &p.signer, &why) != OK || child_become(child, true, &why) != OK)
		return child_failed(child, &why);
	if (child->config->oidc.present)
		signer_serve_issuer(p.signer, span_text(child->config->oidc.issuer));
	/* Between the two: the threads are of the new user, and the sandbox is theirs too. */
	p.pool = signing_pool_new(child->loop);
	if (child_serve(child, &duties, &p, &why) != OK)
		status = child_failed(child, &why);
	signing_pool_free(p.pool);
	while (p.askers) {
		p.askers->open = 0;
		cut_off(p.askers);
	}
	signer_free(p.signer);
	arena_release(&p.arena);
	return status;
}
