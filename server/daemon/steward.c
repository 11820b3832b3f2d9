/* daemon/steward.c - the process that keeps house: publishes, and does what operators ask over the control socket.
 *
 * It has no key and no public listener; what it signs it asks of the signer, what it writes of the recorder.
 */
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "codec/json_writer.h"
#include "daemon/child.h"
#include "crypto/certificate_list.h"
#include "daemon/crl_upkeep.h"
#include "daemon/exposition.h"
#include "daemon/erasure_upkeep.h"
#include "daemon/fido_upkeep.h"
#include "daemon/key_watch.h"
#include "daemon/logout_service.h"
#include "daemon/notice_service.h"
#include "daemon/outside.h"
#include "daemon/parent_service.h"
#include "daemon/schedule.h"
#include "daemon/store_link.h"
#include "daemon/upkeep.h"
#include "front/authzen/metadata_signing.h"
#include "front/control/control.h"
#include "http/server.h"
#include "jpki/setup.h"
#include "jpki/source_fault.h"
#include "ledger/ledger.h"
#include "registry/trusted_list.h"
#include "transaction/proofing/end_watch.h"

#define OPERATORS_AT_ONCE 64
#define TICK SECONDS(1)
#define CHECKPOINT_EVERY SECONDS(1)
#define IMPORT_TIME SECONDS(600) /* sending, and taking in, a large file */
#define FETCHES_AT_ONCE 4
#define ERASURES_EVERY SECONDS(60)
#define LOOK_AGAIN 10 /* ticks: whether proofing has ended, where that could not be told or done */

struct steward {
	struct child *child;
	struct store_link link;
	struct signer_client *signer;
	struct trusted_list_settings list;
	struct schedule *schedule;
	struct validator *validator;
	struct address_set *internal;
	struct fetcher *fetcher;
	struct outside *outside;
	struct arena trusted;       /* what `trust` lives in */
	struct jpki_anchors *anchors;
	struct jpki_trust trust;
	struct crl_upkeep *lists;   /* NULL: none are kept */
	struct fido_upkeep *models; /* NULL: no catalogue of authenticators is kept */
	struct arena anchored;      /* whom that is believed by */
	struct parent_service parents;
	struct erasure_upkeep *erasures;
	struct proofing_end_watch *end; /* NULL: nobody is proved here */
	struct pending *erased;     /* being noted */
	unsigned looks;             /* ticks until the next one; 0: there is nothing to be looked at again */
	struct sources *sources;
	struct upkeep *upkeep;
	struct key_watch *ledger_key;
	struct ledger_keeper *ledger;
	struct metadata_signing *metadata; /* the decision point's */
	struct policy_shelf *shelf;
	struct notice_service notices;
	struct logout_service logouts;
	struct control *control;
	struct router *router;
	struct http_server *server;
	unsigned *operators;
	size_t operator_count;
	struct timer tick;
	int64_t signer_lost;   /* child_keep_link()'s */
	struct timer patience; /* draining */
	bool draining;
};

/* Names become numbers before the sandbox: who is unknown now is no operator. */
static void
find_operators(struct steward *s)
{
	const struct config *config = s->child->config;

	s->operators = calloc(config->control.operator_count + 1, sizeof(*s->operators));
	if (!s->operators)
		abort();
	for (size_t i = 0; i < config->control.operator_count; i++) {
		const struct passwd *account = getpwnam(config->control.operators[i]);

		if (account)
			s->operators[s->operator_count++] = account->pw_uid;
		else
			log_warning("operator.unknown", "user=%s", LOG_TEXT(config->control.operators[i]));
	}
}

/* What operators ask that is ours to do. */

static struct pending *
publish(void *arg, bool all, on_published *then, void *asker)
{
	struct steward *s = arg;

	return schedule_ask(s->schedule, all, then, asker);
}

static void
reload(void *arg)
{
	struct steward *s = arg;

	child_say(s->child, ORDER_RELOAD);
}

/* Each as the workers found it; nothing of one that nobody has asked yet but its name. */
static void
write_revocation_sources(const struct child *child, struct buffer *json)
{
	const struct jpki_settings *settings = &child->config->jpki.settings;
	struct source_fault f;

	buffer_text(json, ",\"revocation_sources\":[");
	for (size_t i = 0; i < settings->source_count; i++) {
		const struct jpki_source_setting *source = &settings->sources[i];

		source_fault_read(child->faults, child->seats, i, source->name, &f);
		buffer_text(json, i ? ",{" : "{");
		json_write_member(json, "name", span_text(source->name));
		json_write_member(json, "kind", span_text(revocation_kind_name(source->kind)));
		buffer_print(json, ",\"failures\":%llu", (unsigned long long)f.failures);
		json_write_time_or_null(json, "failing_since", f.failures ? f.since : (struct instant){ 0 });
		json_write_time_or_null(json, "failed", f.at);
		json_write_time_or_null(json, "answered", f.answered);
		if (f.at.us)
			json_write_member(json, "problem", span_text(f.text));
		buffer_byte(json, '}');
	}
	buffer_byte(json, ']');
}

static void
write_relying_parties(const struct child *child, struct buffer *json)
{
	static const struct { const char *object, *name; enum figure figure; } counts[] = {
		{ "sign_ons", "done", FIGURE_SIGN_ONS_DONE }, { NULL, "refused", FIGURE_SIGN_ONS_REFUSED },
		{ NULL, "tokens", FIGURE_TOKENS_SIGNED }, { NULL, "introspections", FIGURE_INTROSPECTIONS },
		{ "logouts", "waiting", FIGURE_LOGOUTS_WAITING }, { NULL, "failing", FIGURE_LOGOUTS_FAILING },
		{ NULL, "told", FIGURE_LOGOUTS_TOLD }, { NULL, "postponed", FIGURE_LOGOUTS_NOT_NOW },
		{ NULL, "given_up", FIGURE_LOGOUTS_GIVEN_UP },
	};

	const int64_t oldest = (int64_t)figure_sum(child, FIGURE_LOGOUTS_OLDEST);

	for (size_t i = 0; i < COUNT(counts); i++) {
		if (counts[i].object)
			buffer_print(json, "%s,\"%s\":{", i ? "}" : "", counts[i].object);
		json_write_name(json, counts[i].name);
		buffer_print(json, "%llu", (unsigned long long)figure_sum(child, counts[i].figure));
	}
	json_write_time_or_null(json, "oldest", (struct instant){ oldest * SECONDS(1) });
	buffer_byte(json, '}');
}

static void
write_persons(const struct child *child, struct buffer *json)
{
	static const struct { const char *object, *name; enum figure figure; } counts[] = {
		{ "notices", "waiting", FIGURE_NOTICES_WAITING }, { NULL, "failing", FIGURE_NOTICES_FAILING },
		{ NULL, "mailed", FIGURE_NOTICES_MAILED }, { NULL, "pushed", FIGURE_NOTICES_PUSHED },
		{ NULL, "postponed", FIGURE_NOTICES_NOT_NOW }, { NULL, "given_up", FIGURE_NOTICES_GIVEN_UP },
		{ "logins", "begun", FIGURE_LOGINS_BEGUN }, { NULL, "enough", FIGURE_LOGINS_ENOUGH },
		{ NULL, "not_enough", FIGURE_LOGINS_SHORT },
	};
	const int64_t oldest = (int64_t)figure_sum(child, FIGURE_NOTICES_OLDEST);

	for (size_t i = 0; i < COUNT(counts); i++) {
		if (counts[i].object)
			buffer_print(json, "%s,\"%s\":{", i ? "}" : "", counts[i].object);
		if (i == 0)
			json_write_time_or_null(json, "oldest", (struct instant){ oldest * SECONDS(1) });
		json_write_name(json, counts[i].name);
		buffer_print(json, "%llu", (unsigned long long)figure_sum(child, counts[i].figure));
	}
	buffer_byte(json, '}');
}

static void
write_status(void *arg, struct buffer *json)
{
	const struct steward *s = arg;
	char started[INSTANT_TEXT];

	buffer_print(json, "\"version\":\"" PACKAGE_VERSION "\",\"started\":\"%s\",",
	    instant_text((struct instant){ s->child->roster->started }, started));
	roster_write(json, s->child->roster);
	buffer_print(json, ",\"store\":{\"recorder_linked\":%s},\"ledger\":", s->link.recorder ? "true" : "false");
	ledger_keeper_write(s->ledger, json);
	if (s->models) {
		buffer_text(json, ",\"authenticators\":");
		fido_upkeep_write(s->models, json);
	}
	if (s->lists) {
		buffer_text(json, ",\"lists\":");
		crl_upkeep_write(s->lists, clock_now(), json);
	}
	if (s->child->config->jpki.present)
		write_revocation_sources(s->child, json);
	if (s->child->config->person)
		write_persons(s->child, json);
	if (s->child->config->oidc.present)
		write_relying_parties(s->child, json);
}

static struct pending *
refresh_lists(void *arg, on_crl_refreshed *then, void *asker)
{
	struct steward *s = arg;

	return s->lists ? crl_upkeep_ask(s->lists, then, asker) : NULL;
}

static enum err
erase_received(void *arg, struct problem *why)
{
	struct steward *s = arg;

	return s->lists ? crl_upkeep_stop(s->lists, why) : OK;
}

static void
ask_for_new_keys(void *arg)
{
	struct steward *s = arg;

	log_info("keys.new", "action=%s", "renewing the processes that open them");
	child_say(s->child, ORDER_RENEW_KEYS);
}

static void
open_control(struct steward *s)
{
	const struct config *config = s->child->config;
	struct arena arena = arena_init(64 * KIB);
	const struct control_settings settings = {
		.keys = config->keys,
		.operators = s->operators,
		.operator_count = s->operator_count,
		.document_life = config->publication.valid_for,
		.registration_authority = config->federation.registration_authority,
		.approvals = config->control.approvals,
		.validator = s->validator,
		.sources = s->sources,
		.signer = s->signer,
		.shelf = s->shelf,
		.ledger_origin = ledger_origin(&arena, config->federation.base_url),
		.costs = config->jpki.present ? &config->jpki.costs : NULL,
		.jpki_operator = span_text(config->jpki.operator),
		.lists_watched = config->jpki.lists.watch,
	};
	const struct control_actions actions = { .publish = publish,
		.reload = reload,
		.status = write_status,
		.refresh_lists = refresh_lists,
		.erase_received = erase_received,
		.arg = s };
	struct http_settings http = { .limits = config->http };
	struct mount mount;

	http.limits.connections = OPERATORS_AT_ONCE;
	http.limits.per_address = 0;
	http.limits.body_time = IMPORT_TIME;
	http.limits.handler_time = IMPORT_TIME;
	s->control = control_new(s->child->loop, s->link.store, &settings, &actions);
	arena_release(&arena);
	http.admit = control_admit;
	http.admit_arg = s->control;
	mount = (struct mount){ control_routes, s->control };
	s->router = router_new(&mount, 1);
	s->server = http_server_new(s->child->loop, &http);
	http_server_listen(s->server, s->child->control, s->router, NULL);
}

static void
open_schedule(struct steward *s)
{
	const struct config *config = s->child->config;
	const struct schedule_settings settings = {
		.keys = config->keys,
		.publish = {
			.directory = config->generations,
			.registration_authority = config->federation.registration_authority,
			.registration_policy = config->federation.registration_policy,
			.publisher = config->federation.publisher,
			.valid_for = config->publication.valid_for,
			.cache_for = config->publication.cache_for,
			.refresh_before = config->publication.refresh_before,
			.in_flight = config->publication.in_flight,
			.trusted_list = &s->list,
		},
		.new_keys = ask_for_new_keys,
		.arg = s,
		.clock = clock_now,
	};

	s->list = (struct trusted_list_settings){
		.operator_name = { span_text(config->federation.operator_ja),
		    span_text(config->federation.operator_en) },
		.scheme_name = { span_text(config->federation.name_ja), span_text(config->federation.name_en) },
		.territory = config->federation.territory,
		.base_url = config->federation.base_url,
		.policy = config->federation.registration_policy,
		.contact = config->federation.contact,
	};
	s->signer = signer_client_new(s->child->loop);
	s->schedule = schedule_new(s->child->loop, s->link.store, s->signer, &settings);
}

static void
on_ledger_key(void *arg)
{
	struct steward *s = arg;

	ledger_keeper_look(s->ledger);
}

static void
open_ledger(struct steward *s)
{
	const struct config *config = s->child->config;
	struct arena a = arena_init(64 * KIB);
	struct ledger_keeper_settings settings = {
		.origin = ledger_origin(&a, config->federation.base_url),
		.journal = &journal_table,
		.key = key_watch_name,
		.spki = key_watch_spki,
		.now = clock_now,
		.every = CHECKPOINT_EVERY,
	};

	s->ledger_key = key_watch_new(s->child->loop, s->link.store, config->keys, USE_LEDGER, on_ledger_key, s);
	settings.arg = s->ledger_key;
	s->ledger = ledger_keeper_new(s->child->loop, s->link.store, s->signer, &settings);
	arena_release(&a);
}

static void
open_metadata(struct steward *s)
{
	const struct config *config = s->child->config;

	s->metadata = metadata_signing_new(s->child->loop, s->link.store, s->signer,
	    &(struct metadata_signing_settings){
		.base_url = config->federation.base_url,
		.keys = config->keys,
		.valid_for = config->publication.valid_for,
		.clock = clock_now,
	    });
}

/* What needs files of others is opened here, before the sandbox closes the way to them. */
static enum err
open_registry(struct steward *s, struct problem *why)
{
	const struct config *config = s->child->config;
	struct upkeep_settings upkeep = {
		.confirm_every = config->members.confirm_every,
		.warn_before = config->members.warn_before,
	};
	struct fetcher_settings fetch = {
		.plain_http = config->fetch.plain_http,
		.authorities = config->fetch.authorities,
		.at_once = FETCHES_AT_ONCE,
	};

	if (validator_new(&config->validation, &s->validator, why) != OK ||
	    address_set_new(config->fetch.internal, config->fetch.internal_count, &s->internal, why) != OK)
		return why->code;
	fetch.internal = s->internal;
	s->outside = outside_new(s->child->loop, config, s->internal);
	s->fetcher = fetcher_new(s->child->loop, &fetch);
	s->sources = sources_new(s->child->loop, s->link.store, s->fetcher, s->validator, config->sources,
	    config->source_count);
	upkeep.validator = s->validator;
	s->upkeep = upkeep_new(s->child->loop, s->link.store, &upkeep);
	return OK;
}

static enum err
open_lists(struct steward *s, struct problem *why)
{
	const struct config *config = s->child->config;
	const struct crl_upkeep_settings settings = {
		.directory = config->jpki.settings.lists,
		.trust = &s->trust,
		.urls = config->jpki.lists.urls,
		.url_count = config->jpki.lists.url_count,
		.watch = config->jpki.lists.watch,
		.refresh = config->jpki.lists.refresh,
		.largest = config->jpki.lists.largest,
	};

	if (!settings.directory)
		return OK;
	s->trusted = arena_init(4 * MIB);
	if (jpki_trust_open(&s->trusted, &config->jpki.settings, &s->trust, &s->anchors, why) != OK)
		return why->code;
	return crl_upkeep_new(s->child->loop, outside_fetcher(s->outside), &settings, &s->lists, why);
}

/* Where there are accounts: which authenticators their makers and testers still stand for. */
static enum err
open_models(struct steward *s, struct problem *why)
{
	const struct config *config = s->child->config;
	struct fido_upkeep_settings settings = {
		.url = config->authenticators.metadata.url,
		.file = config->authenticators.metadata.file,
		.refresh = config->authenticators.metadata.refresh,
		.blob.host = span_text(config->authenticators.metadata.host),
	};

	if (!config->person || !config->authenticators.metadata.present)
		return OK;
	if (config->authenticators.metadata.has_legal_header)
		settings.blob.legal_header = span_of(config->authenticators.metadata.legal_header,
		    sizeof(config->authenticators.metadata.legal_header));
	s->anchored = arena_init(16 * MIB);
	if (certificate_list_read(&s->anchored, config->authenticators.metadata.roots, &settings.blob.roots,
	    &settings.blob.root_count, why) != OK)
		return why->code;
	s->models = fido_upkeep_new(s->child->loop, s->link.store, s->fetcher, &settings);
	return OK;
}

/* The end of proofing: whatever was received for it is erased, and that is noted; a steward that dies in between is
 * followed by one that finds it so. */

static void
on_erased_noted(void *arg, const struct committed *done)
{
	struct steward *s = arg;

	s->erased = NULL;
	if (done->code != OK)
		log_error("proofing.end", "problem=%s", err_name(done->code));
	else
		log_info("proofing.erased", "%s", "");
}

static void
on_proofing_end_told(void *arg, const struct proofing_end *end)
{
	struct steward *s = arg;
	struct problem why;
	struct arena arena;
	struct unit *unit;

	s->looks = !end || (end->at.us && !end->erased.us) ? LOOK_AGAIN : 0;
	if (end && !end->at.us && s->lists)
		crl_upkeep_start(s->lists);
	parent_service_keep(&s->parents, end && !end->at.us);
	if (!end || !end->at.us || erase_received(s, &why) != OK || end->erased.us || s->erased)
		return;
	arena = arena_init(64 * KIB);
	unit = unit_new(&arena, store_tables(s->link.store), id_new(clock_now()));
	proofing_end_put_erased(unit, end, clock_now());
	s->erased = store_commit(s->link.store, unit, on_erased_noted, s);
	arena_release(&arena);
}

static void
on_tick(void *arg)
{
	struct steward *s = arg;

	if (s->looks && --s->looks == 0)
		proofing_end_watch_look(s->end);
	child_keep_link(s->child, ROLE_SIGNER, signer_client_linked(s->signer), &s->signer_lost);
	timer_set(&s->tick, TICK);
}

static void
on_link(void *arg, enum role role, unsigned number, int fd)
{
	struct steward *s = arg;

	(void)number;
	if (role == ROLE_RECORDER) {
		store_link_take(&s->link, fd);
	} else if (role == ROLE_SIGNER) {
		signer_client_link(s->signer, fd);
		schedule_on_signer(s->schedule);
		ledger_keeper_look(s->ledger);
		metadata_signing_on_signer(s->metadata);
	} else if (role == ROLE_WORKER) {
		outside_link(s->outside, fd);
	} else {
		close(fd);
	}
}

/* Finishing: requests first, for some wait for a publication; then the publication. */

static void
on_patience_over(void *arg)
{
	struct steward *s = arg;

	log_warning("publish.broken-off", "reason=%s", "stopping");
	loop_stop(s->child->loop);
}

static void
on_publishing_finished(void *arg)
{
	struct steward *s = arg;

	loop_stop(s->child->loop);
}

static void
on_server_drained(void *arg)
{
	struct steward *s = arg;

	schedule_finish(s->schedule, on_publishing_finished, s);
}

static void
on_drain(void *arg)
{
	struct steward *s = arg;
	int64_t time = s->child->config->drain_time;

	if (s->draining)
		return;
	s->draining = true;
	timer_set(&s->patience, time + SECONDS(1));
	http_server_drain(s->server, time, on_server_drained, s);
}

int
steward_main(struct child *child)
{
	static const struct child_duties duties = { .link = on_link, .drain = on_drain };
	struct steward s = { .child = child };
	int status = EXIT_SUCCESS;
	struct problem why;

	find_operators(&s);
	if (notice_service_prepare(&s.notices, child->config, &why) != OK)
		return child_failed(child, &why);
	if (parent_service_secret(&s.parents, child->config, &why) != OK)
		return child_failed(child, &why);
	if (child_become(child, false, &why) != OK || store_link_open(&s.link, child, &why) != OK)
		return child_failed(child, &why);
	open_schedule(&s);
	open_ledger(&s);
	open_metadata(&s);
	if (open_registry(&s, &why) != OK || open_lists(&s, &why) != OK ||
	    open_models(&s, &why) != OK)
		return child_failed(child, &why);
	notice_service_open(&s.notices, child, s.link.store, s.signer, s.internal);
	s.erasures = erasure_upkeep_new(child->loop, s.link.store, &(struct erasure_upkeep_settings){
	    .clock = clock_now, .every = ERASURES_EVERY, .patience = ERASURES_EVERY });
	logout_service_open(&s.logouts, child, s.link.store, s.signer, s.internal);
	if (parent_service_open(&s.parents, child->config, child->loop, outside_fetcher(s.outside), s.link.store,
	    &why) != OK)
		return child_failed(child, &why);
	s.shelf = policy_shelf_new(s.link.store);
	if (child->config->jpki.present)
		s.end = proofing_end_watch_new(s.link.store, on_proofing_end_told, &s);
	open_control(&s);
	timer_init(&s.patience, child->loop, on_patience_over, &s);
	timer_init(&s.tick, child->loop, on_tick, &s);
	timer_set(&s.tick, TICK);
	if (child_serve(child, &duties, &s, &why) != OK)
		status = child_failed(child, &why);
	http_server_free(s.server);
	router_free(s.router);
	control_free(s.control);
	policy_shelf_free(s.shelf);
	metadata_signing_free(s.metadata);
	ledger_keeper_free(s.ledger);
	key_watch_free(s.ledger_key);
	upkeep_free(s.upkeep);
	sources_free(s.sources);
	pending_cancel(&s.erased);
	proofing_end_watch_free(s.end);
	parent_service_close(&s.parents);
	erasure_upkeep_free(s.erasures);
	crl_upkeep_free(s.lists);
	fido_upkeep_free(s.models);
	arena_release(&s.anchored);
	jpki_anchors_free(s.anchors);
	arena_release(&s.trusted);
	logout_service_close(&s.logouts);
	notice_service_close(&s.notices);
	outside_free(s.outside);
	fetcher_free(s.fetcher);
	address_set_free(s.internal);
	validator_free(s.validator);
	schedule_free(s.schedule);
	signer_client_free(s.signer);
	store_link_close(&s.link);
	timer_release(&s.patience);
	timer_release(&s.tick);
	free(s.operators);
	return status;
}
