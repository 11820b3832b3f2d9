/* daemon/ops.c - what the machine's operator sees of a worker. */
#include "daemon/ops.h"

#include "daemon/exposition.h"
#include "daemon/jpki_figures.h"
#include "http/exchange.h"
#include "ledger/ledger.h"
#include "registry/document.h"

#define METRICS_LARGEST MIB

/* A question about what is in force, and who asked. */
enum health_ask { ASK_PUBLICATION, ASK_LEDGER, QUESTIONS };
struct look {
	struct exchange *exchange;
	const struct ops *ops;
	struct ask asks[QUESTIONS];
};

static void
ask_state(struct exchange *e, const struct ops *ops, on_loaded *then)
{
	struct look *look = arena_new(e->arena, struct look);

	*look = (struct look){ .exchange = e, .ops = ops };
	look->asks[ASK_PUBLICATION] = publication_ask();
	look->asks[ASK_LEDGER] = ledger_state_ask();
	exchange_hold(e, store_load(ops->link->store, look->asks, QUESTIONS, then, look));
}

static bool
publication_of(const struct look *look, enum err err, struct publication *out)
{
	bool broken;

	return err == OK && publication_found(&look->asks[ASK_PUBLICATION], out, &broken);
}

/* Whether there is one that can be read. */
static bool
ledger_of(const struct look *look, enum err err, struct ledger_state *out)
{
	const struct ask *ask = &look->asks[ASK_LEDGER];

	*out = (struct ledger_state){ 0 };
	return err == OK && ask->count && ledger_state_read(look->exchange->arena, ask->rows[0].value, out);
}

static void
answer_text(struct exchange *e, int status, const char *type, struct span body)
{
	struct buffer fields = buffer_init(KIB);

	buffer_print(&fields, "Content-Type: %s\r\nCache-Control: no-store\r\n", type);
	exchange_reply(e, &(struct reply){ .status = status, .fields = buffer_span(&fields), .body = body });
	buffer_release(&fields);
}

static void
show_health(struct exchange *e, void *front)
{
	(void)front;
	answer_text(e, 200, "text/plain", span_text("ok\n"));
}

static void
on_ready_loaded(void *arg, enum err err, const struct problem *why)
{
	struct look *look = arg;
	struct publication p;
	struct ledger_state ledger;
	bool published = publication_of(look, err, &p), halted = ledger_of(look, err, &ledger) && ledger.halted.size;
	const struct {
		const char *name;
		bool good;
	} checks[] = {
		{ "store_readable", err == OK },
		{ "recorder_linked", look->ops->link->recorder != NULL },
		{ "published", published },
		{ "publication_valid", published && instant_before(clock_now(), p.valid_until) },
		/* A federation that has no key for its ledger yet can do all the rest. */
		{ "ledger_sound", err == OK && !halted },
	};
	struct buffer json = buffer_init(4 * KIB);
	bool ready = true;

	(void)why;
	exchange_hold(look->exchange, NULL);
	for (size_t i = 0; i < COUNT(checks); i++)
		ready = ready && checks[i].good;
	buffer_print(&json, "{\"ready\":%s,\"checks\":{", ready ? "true" : "false");
	for (size_t i = 0; i < COUNT(checks); i++)
		buffer_print(&json, "%s\"%s\":%s", i ? "," : "", checks[i].name, checks[i].good ? "true" : "false");
	buffer_text(&json, "}}");
	exchange_reply_json(look->exchange, ready ? 200 : 503, buffer_span(&json));
	buffer_release(&json);
}

static void
show_readiness(struct exchange *e, void *front)
{
	ask_state(e, front, on_ready_loaded);
}

/* Figures: Prometheus' text format 0.0.4. */

static const struct {
	enum figure figure;
	const char *name, *labels, *type, *help; /* help is NULL in a family's further lines */
} exported[] = {
	{ FIGURE_CONNECTIONS, "watashi_connections_total", "", "counter", "Connections accepted." },
	{ FIGURE_CONNECTIONS_OPEN, "watashi_connections_open", "", "gauge", "Connections open now." },
	{ FIGURE_CONNECTIONS_REFUSED, "watashi_connections_refused_total", "", "counter", "Connections over a limit." },
	{ FIGURE_TLS_FAILED, "watashi_tls_failed_total", "", "counter", "TLS handshakes that failed." },
	{ FIGURE_TIMED_OUT, "watashi_connections_timed_out_total", "", "counter",
	    "Connections closed for being slow." },
	{ FIGURE_REQUESTS, "watashi_requests_total", "", "counter", "Requests read." },
	{ FIGURE_STATUS_2XX, "watashi_responses_total", "{class=\"2xx\"}", "counter", "Responses by class of status." },
	{ FIGURE_STATUS_3XX, "watashi_responses_total", "{class=\"3xx\"}", "counter", NULL },
	{ FIGURE_STATUS_4XX, "watashi_responses_total", "{class=\"4xx\"}", "counter", NULL },
	{ FIGURE_STATUS_5XX, "watashi_responses_total", "{class=\"5xx\"}", "counter", NULL },
	{ FIGURE_BYTES_SENT, "watashi_sent_bytes_total", "", "counter", "Bytes of responses sent." },
	{ FIGURE_NOTICES_WAITING, "watashi_notices_waiting", "", "gauge", "Notices to persons that wait to be sent." },
	{ FIGURE_NOTICES_FAILING, "watashi_notices_failing", "", "gauge", "Of them those that could not be sent yet." },
	{ FIGURE_NOTICES_OLDEST, "watashi_notices_oldest_timestamp_seconds", "", "gauge",
	    "When the oldest of them was made; 0: none waits." },
	{ FIGURE_NOTICES_MAILED, "watashi_notices_sent_total", "{way=\"mail\"}", "counter", "Notices sent." },
	{ FIGURE_NOTICES_PUSHED, "watashi_notices_sent_total", "{way=\"push\"}", "counter", NULL },
	{ FIGURE_NOTICES_NOT_NOW, "watashi_notices_postponed_total", "", "counter",
	    "Attempts that failed and are made again." },
	{ FIGURE_NOTICES_GIVEN_UP, "watashi_notices_given_up_total", "", "counter", "Notices that were never sent." },
	{ FIGURE_LOGINS_BEGUN, "watashi_logins_begun_total", "", "counter", "Logins of persons that began." },
	{ FIGURE_LOGINS_ENOUGH, "watashi_logins_finished_total", "{outcome=\"enough\"}", "counter",
	    "Logins that were decided." },
	{ FIGURE_LOGINS_SHORT, "watashi_logins_finished_total", "{outcome=\"not-enough\"}", "counter", NULL },
	{ FIGURE_SIGN_ONS_DONE, "watashi_sign_ons_total", "{outcome=\"done\"}", "counter",
	    "Persons who came back to a relying party." },
	{ FIGURE_SIGN_ONS_REFUSED, "watashi_sign_ons_total", "{outcome=\"refused\"}", "counter", NULL },
	{ FIGURE_TOKENS_SIGNED, "watashi_tokens_signed_total", "", "counter", "Tokens signed for relying parties." },
	{ FIGURE_INTROSPECTIONS, "watashi_introspections_total", "", "counter",
	    "Access tokens that were asked about." },
	{ FIGURE_LOGOUTS_WAITING, "watashi_logouts_waiting", "", "gauge",
	    "Clients that wait to be told of a session's end." },
	{ FIGURE_LOGOUTS_FAILING, "watashi_logouts_failing", "", "gauge", "Of them those that could not be told yet." },
	{ FIGURE_LOGOUTS_OLDEST, "watashi_logouts_oldest_timestamp_seconds", "", "gauge",
	    "When the oldest of them was made; 0: none waits." },
	{ FIGURE_LOGOUTS_TOLD, "watashi_logouts_told_total", "", "counter", "Clients told of a session's end." },
	{ FIGURE_LOGOUTS_NOT_NOW, "watashi_logouts_postponed_total", "", "counter",
	    "Attempts that failed and are made again." },
	{ FIGURE_LOGOUTS_GIVEN_UP, "watashi_logouts_given_up_total", "", "counter", "Clients that were never told." },
};

static void
write_traffic(struct buffer *b, const struct child *child)
{
	for (size_t i = 0; i < COUNT(exported); i++) {
		uint64_t sum = figure_sum(child, exported[i].figure);

		if (exported[i].help)
			figure_describe(b, exported[i].name, exported[i].type, exported[i].help);
		buffer_print(b, "%s%s %llu\n", exported[i].name, exported[i].labels, (unsigned long long)sum);
	}
}

static void
write_processes(struct buffer *b, const struct roster *r)
{
	char name[SEAT_NAME];

	figure_describe(b, "watashi_process_up", "gauge", "Whether the process is ready.");
	for (size_t i = 0; i < r->count; i++)
		if (r->seats[i].state != SEAT_EMPTY)
			buffer_print(b, "watashi_process_up{process=\"%s\",role=\"%s\"} %d\n",
			    seat_name(&r->seats[i], name), role_name(r->seats[i].role),
			    r->seats[i].state == SEAT_READY);
	figure_describe(b, "watashi_process_start_time_seconds", "gauge", "When the process was started.");
	for (size_t i = 0; i < r->count; i++)
		if (r->seats[i].state != SEAT_EMPTY)
			buffer_print(b, "watashi_process_start_time_seconds{process=\"%s\"} %lld\n",
			    seat_name(&r->seats[i], name), (long long)(r->seats[i].since / SECONDS(1)));
	figure_describe(b, "watashi_process_restarts_total", "counter", "Processes that died and were replaced.");
	for (enum role role = ROLE_WORKER; role < ROLE_COUNT; role++) {
		uint64_t sum = 0;

		for (size_t i = 0; i < r->count; i++)
			if (r->seats[i].role == role)
				sum += r->seats[i].restarts;
		buffer_print(b, "watashi_process_restarts_total{role=\"%s\"} %llu\n", role_name(role),
		    (unsigned long long)sum);
	}
	figure_describe(b, "watashi_config_reloads_total", "counter", "Configurations read anew.");
	buffer_print(b, "watashi_config_reloads_total{result=\"accepted\"} %llu\n",
	    (unsigned long long)r->reloads_accepted);
	buffer_print(b, "watashi_config_reloads_total{result=\"refused\"} %llu\n",
	    (unsigned long long)r->reloads_refused);
}

static void
write_publication(struct buffer *b, const struct publication *p)
{
	const struct {
		const char *name, *help;
		int64_t value;
	} gauges[] = {
		{ "watashi_publication_generation", "The publication in force.", (int64_t)p->generation },
		{ "watashi_publication_published_timestamp_seconds", "When it was made.",
		    p->published.us / SECONDS(1) },
		{ "watashi_publication_valid_until_timestamp_seconds", "When the first document expires.",
		    p->valid_until.us / SECONDS(1) },
		{ "watashi_publication_refresh_timestamp_seconds", "When it is signed anew.",
		    p->refresh_at.us / SECONDS(1) },
		{ "watashi_entities", "Entities published.", p->entities },
		{ "watashi_entities_idp", "Identity providers among them.", p->idps },
		{ "watashi_entities_rp", "Relying parties among them.", p->rps },
	};

	for (size_t i = 0; i < COUNT(gauges); i++) {
		figure_describe(b, gauges[i].name, "gauge", gauges[i].help);
		buffer_print(b, "%s %lld\n", gauges[i].name, (long long)gauges[i].value);
	}
}

static void
write_ledger(struct buffer *b, const struct ledger_state *s)
{
	figure_describe(b, "watashi_ledger_leaves", "gauge", "Leaves of the log under the newest checkpoint.");
	buffer_print(b, "watashi_ledger_leaves %llu\n", (unsigned long long)s->newest.size);
	figure_describe(b, "watashi_ledger_checkpoint_timestamp_seconds", "gauge", "When it was signed.");
	buffer_print(b, "watashi_ledger_checkpoint_timestamp_seconds %lld\n", (long long)(s->at.us / SECONDS(1)));
	figure_describe(b, "watashi_ledger_halted", "gauge",
	    "Whether the log cannot be signed: an operator must decide.");
	buffer_print(b, "watashi_ledger_halted %d\n", s->halted.size > 0);
}

/* Not a matter of readiness: what was in force stays so, and another worker reads no better. */
static void
write_policies(struct buffer *b, struct policy_shelf *shelf)
{
	struct policy_snapshot *s = policy_shelf_take(shelf);

	if (!s)
		return;
	figure_describe(b, "watashi_policies_loaded", "gauge",
	    "Published versions of frameworks this worker decides by.");
	buffer_print(b, "watashi_policies_loaded %zu\n", s->count);
	figure_describe(b, "watashi_policies_rejected", "gauge",
	    "Published versions that could not be read: watashictl status says why.");
	buffer_print(b, "watashi_policies_rejected %zu\n", s->rejected_count);
	policy_snapshot_unref(s);
}

static void
on_metrics_loaded(void *arg, enum err err, const struct problem *why)
{
	struct look *look = arg;
	const struct child *child = look->ops->child;
	struct buffer b = buffer_init(METRICS_LARGEST);
	struct ledger_state ledger;
	struct publication p;

	(void)why;
	exchange_hold(look->exchange, NULL);
	figure_describe(&b, "watashi_build_info", "gauge", "The version that runs.");
	buffer_text(&b, "watashi_build_info{version=\"" PACKAGE_VERSION "\"} 1\n");
	figure_describe(&b, "watashi_start_time_seconds", "gauge", "When the daemon was started.");
	buffer_print(&b, "watashi_start_time_seconds %lld\n", (long long)(child->roster->started / SECONDS(1)));
	write_traffic(&b, child);
	write_processes(&b, child->roster);
	/* Without a publication its gauges are absent, not zero. */
	if (publication_of(look, err, &p))
		write_publication(&b, &p);
	if (ledger_of(look, err, &ledger))
		write_ledger(&b, &ledger);
	write_policies(&b, look->ops->shelf);
	if (look->ops->proofing->setup)
		jpki_figures_write(&b, child, look->ops->proofing->setup, clock_now());
	answer_text(look->exchange, 200, "text/plain; version=0.0.4", buffer_span(&b));
	buffer_release(&b);
}

static void
show_metrics(struct exchange *e, void *front)
{
	ask_state(e, front, on_metrics_loaded);
}

const struct route ops_routes[] = {
	{ GET, "/healthz", show_health, NO_BODY, 0 },
	{ GET, "/readyz", show_readiness, NO_BODY, 0 },
	{ GET, "/metrics", show_metrics, NO_BODY, 0 },
	{ 0 },
};
