/* net/mail.c - sending mail by SMTP through one server.
 *
 *     mail_send -> waiting -> a thread: curl_easy_perform -> done -> bell -> turn queue -> on_mailed
 *
 * Threads, for libcurl waits for a server's last word on a mail without giving the loop back (smtp_done): a slow server
 * would hold up everything else this process does.
 */
#include "net/mail.h"

#include <assert.h>
#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"

#define THREADS_LARGEST 16

/* How far it is with the server, by our last command. */
enum stage { STAGE_US, STAGE_ADDRESS, STAGE_MESSAGE };

struct mailing {
	struct pending pending;      /* first: cancelling finds the mailing by it */
	struct mailer *mailer;
	struct mailing *next;
	bool waiting;
	atomic_bool cancelled;       /* nobody is called back */
	struct curl_slist *to;
	char *message;
	size_t size, sent;
	enum stage stage;
	enum mail_outcome outcome;
	struct problem why;
	on_mailed *done;
	void *arg;
};

struct mailings {
	struct mailing *first, *last;
};

struct mailer {
	struct mailer_settings settings; /* its texts are ours */
	struct turn *turn;
	struct later tell;
	pthread_t threads[THREADS_LARGEST];
	unsigned thread_count;
	int bell;                    /* an eventfd: something is done */
	struct event *on_bell;

	pthread_mutex_t lock;        /* of all below */
	pthread_cond_t changed;      /* something waits, or it is over */
	struct mailings waiting, done;
	atomic_bool over;            /* read without the lock, too */
};

static void
mailings_put(struct mailings *list, struct mailing *m)
{
	m->next = NULL;
	*(list->last ? &list->last->next : &list->first) = m;
	list->last = m;
}

static struct mailing *
mailings_take(struct mailings *list)
{
	struct mailing *m = list->first;

	if (m)
		list->first = m->next;
	if (!list->first)
		list->last = NULL;
	return m;
}

static void
mailings_remove(struct mailings *list, const struct mailing *wanted)
{
	struct mailings kept = { 0 };

	for (struct mailing *m; (m = mailings_take(list)) != NULL;)
		if (m != wanted)
			mailings_put(&kept, m);
	*list = kept;
}

static void
mailing_free(struct mailing *m)
{
	curl_slist_free_all(m->to);
	explicit_bzero(m->message, m->size);
	free(m->message);
	free(m);
}

static void
mailings_free(struct mailings *list)
{
	for (struct mailing *m; (m = mailings_take(list)) != NULL;)
		mailing_free(m);
}

/* What libcurl asks of us */

static size_t
on_message_wanted(char *out, size_t size, size_t count, void *arg)
{
	struct mailing *m = arg;
	size_t left = m->size - m->sent, taken = size * count < left ? size * count : left;

	memcpy(out, m->message + m->sent, taken);
	m->sent += taken;
	return taken;
}

/* Which command the server's answer is to: what libcurl sends is told here, and nothing of it kept. */
static int
on_said(CURL *easy, curl_infotype type, char *data, size_t size, void *arg)
{
	struct mailing *m = arg;
	struct span said = span_of(data, size);

	(void)easy;
	if (type == CURLINFO_DATA_OUT || (type == CURLINFO_HEADER_OUT && span_starts(said, "DATA")))
		m->stage = STAGE_MESSAGE;
	else if (type == CURLINFO_HEADER_OUT && span_starts(said, "RCPT TO:"))
		m->stage = STAGE_ADDRESS;
	else if (type == CURLINFO_HEADER_OUT && (span_starts(said, "EHLO") || span_starts(said, "MAIL")))
		m->stage = STAGE_US;
	return 0;
}

/* Nobody waits for what was cancelled: libcurl asks at least once a second. */
static int
on_progress(void *arg, curl_off_t down, curl_off_t downloaded, curl_off_t up, curl_off_t uploaded)
{
	const struct mailing *m = arg;

	(void)down;
	(void)downloaded;
	(void)up;
	(void)uploaded;
	return atomic_load(&m->cancelled) || atomic_load(&m->mailer->over);
}

/* Answers are libcurl's to read. */
static size_t
on_answer(char *data, size_t size, size_t count, void *arg)
{
	(void)data;
	(void)arg;
	return size * count;
}

/* One mail, in a thread. */

static void
set_server(CURL *easy, const struct mailer_settings *s)
{
	static const long uses[] = {
		[MAIL_TLS_REQUIRED] = CURLUSESSL_ALL, [MAIL_TLS_TRY] = CURLUSESSL_TRY,
		[MAIL_TLS_NONE] = CURLUSESSL_NONE,
	};

	curl_easy_setopt(easy, CURLOPT_URL, s->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_USE_SSL, uses[s->tls]);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (s->authorities) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, s->authorities);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	if (s->user) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, s->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, s->password);
	}
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(s->time / 1000 ? s->time / 1000 : 1));
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* Else QUIT would be said when the thread ends, where libcurl asks nobody whether to go on waiting. */
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
}

static void
set_message(CURL *easy, struct mailing *m)
{
	curl_easy_setopt(easy, CURLOPT_MAIL_FROM, m->mailer->settings.from);
	curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, m->to);
	curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_message_wanted);
	curl_easy_setopt(easy, CURLOPT_READDATA, m);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer);
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_said);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, m);
	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, m);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
}

/* A server's sentences may name the address: only its number is told on. */
static enum mail_outcome
judge(const struct mailing *m, CURL *easy, CURLcode result, struct problem *why)
{
	static const char *const of[] = {
		[STAGE_US] = "our greeting, name or sender", [STAGE_ADDRESS] = "the address",
		[STAGE_MESSAGE] = "the mail",
	};
	long code = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
	if (result == CURLE_OK)
		return MAIL_SENT;
	if (result == CURLE_LOGIN_DENIED)
		problem_set(why, ERR_DENIED, "RFC 4954", "the mail server does not take our user and password");
	else if (result == CURLE_OPERATION_TIMEDOUT)
		problem_set(why, ERR_UNAVAILABLE, "", "the mail server did not take the mail in time");
	else if (code >= 400)
		problem_set(why, code >= 500 ? ERR_DENIED : ERR_UNAVAILABLE, "RFC 5321 s4.2",
		    "the mail server answered %ld to %s", code, of[m->stage]);
	else
		problem_set(why, ERR_UNAVAILABLE, "", "%s", curl_easy_strerror(result));
	return code >= 500 && m->stage != STAGE_US && result != CURLE_LOGIN_DENIED ? MAIL_REFUSED : MAIL_NOT_NOW;
}

static void
perform(CURL *easy, struct mailing *m)
{
	curl_easy_reset(easy);
	set_server(easy, &m->mailer->settings);
	set_message(easy, m);
	m->outcome = judge(m, easy, curl_easy_perform(easy), &m->why);
}

static void *
work(void *arg)
{
	static const uint64_t one = 1;
	struct mailer *mailer = arg;
	CURL *easy = curl_easy_init();

	if (!easy)
		abort();
	pthread_mutex_lock(&mailer->lock);
	while (!atomic_load(&mailer->over)) {
		struct mailing *m = mailings_take(&mailer->waiting);

		if (!m) {
			pthread_cond_wait(&mailer->changed, &mailer->lock);
			continue;
		}
		m->waiting = false;
		pthread_mutex_unlock(&mailer->lock);
		perform(easy, m);
		pthread_mutex_lock(&mailer->lock);
		mailings_put(&mailer->done, m);
		if (write(mailer->bell, &one, sizeof(one)) != sizeof(one))
			abort();
	}
	pthread_mutex_unlock(&mailer->lock);
	curl_easy_cleanup(easy);
	return NULL;
}

/* Telling */

static void
cancel_nothing(struct pending *pending)
{
	(void)pending;
}

/* One at a time: the callback may cancel others, and free the mailer. */
static void
tell_one(void *arg)
{
	struct mailer *mailer = arg;
	struct mailing *m;
	bool cancelled;

	pthread_mutex_lock(&mailer->lock);
	m = mailings_take(&mailer->done);
	if (mailer->done.first)
		turn_later(mailer->turn, &mailer->tell);
	pthread_mutex_unlock(&mailer->lock);
	if (!m)
		return;
	cancelled = atomic_load(&m->cancelled);
	m->pending.cancel = cancel_nothing;
	if (!cancelled)
		m->done(m->arg, m->outcome, &m->why);
	mailing_free(m);
}

static void
on_bell(evutil_socket_t bell, short what, void *arg)
{
	struct mailer *mailer = arg;
	uint64_t rung;

	(void)what;
	if (read(bell, &rung, sizeof(rung)) == sizeof(rung))
		turn_later(mailer->turn, &mailer->tell);
}

/* What a thread is at ends soon, and is told to nobody. */
static void
cancel_mailing(struct pending *pending)
{
	struct mailing *m = (struct mailing *)pending;
	struct mailer *mailer = m->mailer;
	bool waiting;

	pthread_mutex_lock(&mailer->lock);
	atomic_store(&m->cancelled, true);
	waiting = m->waiting;
	if (waiting)
		mailings_remove(&mailer->waiting, m);
	pthread_mutex_unlock(&mailer->lock);
	if (waiting)
		mailing_free(m);
}

/* Opening */

static char *
copy(const char *text)
{
	char *copied = text ? strdup(text) : NULL;

	if (text && !copied)
		abort();
	return copied;
}

/* Signals are the loop's. */
static void
threads_start(struct mailer *mailer)
{
	unsigned wanted = mailer->settings.at_once ? mailer->settings.at_once : 1;
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (mailer->thread_count < THREADS_LARGEST && mailer->thread_count < wanted &&
	    pthread_create(&mailer->threads[mailer->thread_count], NULL, work, mailer) == 0)
		mailer->thread_count++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!mailer->thread_count)
		abort();
}

struct mailer *
mailer_new(struct loop *loop, const struct mailer_settings *settings)
{
	struct mailer *mailer = calloc(1, sizeof(*mailer));

	assert(settings->time > 0 && !settings->user == !settings->password);
	if (!mailer || curl_global_init(CURL_GLOBAL_DEFAULT))
		abort();
	mailer->settings = *settings;
	mailer->settings.url = copy(settings->url);
	mailer->settings.from = copy(settings->from);
	mailer->settings.user = copy(settings->user);
	mailer->settings.password = copy(settings->password);
	mailer->settings.authorities = copy(settings->authorities);
	mailer->turn = loop_turn(loop);
	mailer->tell = (struct later){ .run = tell_one, .arg = mailer };
	mailer->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	mailer->on_bell = event_new(loop_base(loop), mailer->bell, EV_READ | EV_PERSIST, on_bell, mailer);
	if (mailer->bell < 0 || !mailer->on_bell || event_add(mailer->on_bell, NULL) ||
	    pthread_mutex_init(&mailer->lock, NULL) != 0 || pthread_cond_init(&mailer->changed, NULL) != 0)
		abort();
	threads_start(mailer);
	return mailer;
}

static void
threads_end(struct mailer *mailer)
{
	pthread_mutex_lock(&mailer->lock);
	atomic_store(&mailer->over, true);
	pthread_cond_broadcast(&mailer->changed);
	pthread_mutex_unlock(&mailer->lock);
	for (unsigned i = 0; i < mailer->thread_count; i++)
		pthread_join(mailer->threads[i], NULL);
}

static void
settings_release(struct mailer_settings *s)
{
	char *password = (char *)s->password;

	if (password)
		explicit_bzero(password, strlen(password));
	free(password);
	free((char *)s->url);
	free((char *)s->from);
	free((char *)s->user);
	free((char *)s->authorities);
}

void
mailer_free(struct mailer *mailer)
{
	if (!mailer)
		return;
	threads_end(mailer);
	mailings_free(&mailer->waiting);
	mailings_free(&mailer->done);
	turn_cancel(mailer->turn, &mailer->tell);
	event_free(mailer->on_bell);
	close(mailer->bell);
	pthread_cond_destroy(&mailer->changed);
	pthread_mutex_destroy(&mailer->lock);
	settings_release(&mailer->settings);
	curl_global_cleanup();
	free(mailer);
}

struct pending *
mail_send(struct mailer *mailer, struct span to, struct span message, on_mailed *done, void *arg)
{
	struct mailing *m = calloc(1, sizeof(*m));
	char *address = strndup((const char *)to.data, to.size);

	if (!m || !address)
		abort();
	/* A line break would begin a command of the address's own. */
	assert(!strpbrk(address, "\r\n <>"));
	m->pending.cancel = cancel_mailing;
	m->mailer = mailer;
	m->waiting = true;
	m->to = curl_slist_append(NULL, address);
	m->message = malloc(message.size + 1);
	m->size = message.size;
	m->done = done;
	m->arg = arg;
	if (!m->to || !m->message)
		abort();
	free(address);
	memcpy(m->message, message.data, message.size);
	pthread_mutex_lock(&mailer->lock);
	mailings_put(&mailer->waiting, m);
	pthread_cond_signal(&mailer->changed);
	pthread_mutex_unlock(&mailer->lock);
	return &m->pending;
}
