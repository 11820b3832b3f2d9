/* signer/pool.c - threads that sign, beside the loop that reads, checks and answers. */
#include "signer/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"

#define THREADS_LARGEST 64
#define QUEUE_LARGEST 256
#define DONE_AT_ONCE 8 /* less than publishers have in flight: the next requests come while the others are worked on */

struct job {
	struct job *next;
	struct signing_task task;
	on_task *then;
	void *arg;
};

struct jobs {
	struct job *first, *last;
	size_t count;
};

struct signing_pool {
	pthread_t threads[THREADS_LARGEST];
	unsigned thread_count;
	int bell;                /* an eventfd: something is done */
	struct event *on_bell;

	pthread_mutex_t lock;    /* of all below */
	pthread_cond_t changed;  /* there is work, or a thread is up, or it is over */
	struct jobs queue, done;
	unsigned running;
	bool rung, over;
};

static void
jobs_put(struct jobs *jobs, struct job *job)
{
	job->next = NULL;
	if (jobs->last)
		jobs->last->next = job;
	else
		jobs->first = job;
	jobs->last = job;
	jobs->count++;
}

static struct job *
jobs_take(struct jobs *jobs)
{
	struct job *job = jobs->first;

	if (!job)
		return NULL;
	jobs->first = job->next;
	if (!jobs->first)
		jobs->last = NULL;
	jobs->count--;
	return job;
}

static void
jobs_free(struct jobs *jobs)
{
	for (struct job *job; (job = jobs_take(jobs)) != NULL;)
		free(job);
}

/* With the lock. The bell rings once for all that is done until the loop comes. While others wait in the queue it rings
 * for several at once: each time it takes a processor from a thread that signs, and so does each answer where it is
 * heard. Whoever takes the last one of the queue rings for what is left. */
static void
hand_over(struct signing_pool *pool, struct job *job)
{
	static const uint64_t one = 1;

	jobs_put(&pool->done, job);
	if (pool->rung || (pool->queue.count && pool->done.count < DONE_AT_ONCE))
		return;
	pool->rung = true;
	/* It can only fail when it has been rung 2^64 times. */
	if (write(pool->bell, &one, sizeof(one)) != sizeof(one))
		abort();
}

static void *
work(void *arg)
{
	struct signing_pool *pool = arg;
	/* For a thread's own heap the allocator asks about processors: now, and not in the sandbox. */
	void *own = malloc(1);

	free(own);
	pthread_mutex_lock(&pool->lock);
	pool->running++;
	pthread_cond_broadcast(&pool->changed);
	while (!pool->over) {
		struct job *job = jobs_take(&pool->queue);

		if (!job) {
			pthread_cond_wait(&pool->changed, &pool->lock);
			continue;
		}
		pthread_mutex_unlock(&pool->lock);
		signing_task_run(&job->task);
		pthread_mutex_lock(&pool->lock);
		hand_over(pool, job);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

static void
on_bell(evutil_socket_t bell, short what, void *arg)
{
	struct signing_pool *pool = arg;
	struct jobs done;
	uint64_t rung;

	(void)what;
	pthread_mutex_lock(&pool->lock);
	if (read(bell, &rung, sizeof(rung)) < 0)
		rung = 0;
	done = pool->done;
	pool->done = (struct jobs){ 0 };
	pool->rung = false;
	pthread_mutex_unlock(&pool->lock);
	for (struct job *job; (job = jobs_take(&done)) != NULL;) {
		job->then(job->arg, &job->task);
		free(job);
	}
}

/* Signals are the loop's. */
static void
threads_start(struct signing_pool *pool)
{
	long wanted = sysconf(_SC_NPROCESSORS_ONLN);
	sigset_t all, before;
	int error = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (pool->thread_count < THREADS_LARGEST && (long)pool->thread_count < wanted && error == 0) {
		error = pthread_create(&pool->threads[pool->thread_count], NULL, work, pool);
		pool->thread_count += error == 0;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_mutex_lock(&pool->lock);
	while (pool->running < pool->thread_count)
		pthread_cond_wait(&pool->changed, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
	log_info("signer.threads", "count=%u wanted=%ld", pool->thread_count, wanted);
}

struct signing_pool *
signing_pool_new(struct loop *loop)
{
	struct signing_pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		abort();
	pool->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pool->on_bell = event_new(loop_base(loop), pool->bell, EV_READ | EV_PERSIST, on_bell, pool);
	if (pool->bell < 0 || !pool->on_bell || pthread_mutex_init(&pool->lock, NULL) != 0 ||
	    pthread_cond_init(&pool->changed, NULL) != 0)
		abort();
	event_add(pool->on_bell, NULL);
	threads_start(pool);
	return pool;
}

void
signing_pool_add(struct signing_pool *pool, const struct signing_task *task, on_task *then, void *arg)
{
	struct job *job = malloc(sizeof(*job));
	bool queued;

	if (!job)
		abort();
	*job = (struct job){ .task = *task, .then = then, .arg = arg };
	pthread_mutex_lock(&pool->lock);
	queued = pool->thread_count > 0 && pool->queue.count < QUEUE_LARGEST;
	if (queued) {
		jobs_put(&pool->queue, job);
		pthread_cond_signal(&pool->changed);
	}
	pthread_mutex_unlock(&pool->lock);
	if (queued)
		return;
	signing_task_run(&job->task);
	pthread_mutex_lock(&pool->lock);
	hand_over(pool, job);
	pthread_mutex_unlock(&pool->lock);
}

void
signing_pool_free(struct signing_pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->over = true;
	pthread_cond_broadcast(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->thread_count; i++)
		pthread_join(pool->threads[i], NULL);
	jobs_free(&pool->queue);
	jobs_free(&pool->done);
	event_free(pool->on_bell);
	close(pool->bell);
	pthread_cond_destroy(&pool->changed);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}
