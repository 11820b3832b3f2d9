/* daemon/config.c - the configuration file read and checked, section by section. */
#include "daemon/config_reading.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/origin.h"
#include "store/recorder.h"

#define LARGEST_FILE (1 * MIB)
#define MOST_LISTENERS 64
#define MOST_NETWORKS 256
#define MOST_OPERATORS 256

/* Paths */

static const char *
absolute(const struct reading *r, const char *path)
{
	return path[0] == '/' ? path : arena_print(r->arena, "%s/%s", r->config->directory, path);
}

/* What this user may not see is left to the process that opens it: an operator reads this file, too, for the control
 * socket. */
static void
check_presence(struct place p, const char *path, enum presence presence)
{
	static const char *const expected[] = {
		[A_FILE] = "a file",
		[A_DIRECTORY] = "a directory",
		[ITS_PARENT] = "a path in a directory that exists",
	};
	struct arena *a = p.document->arena;
	const char *slash = strrchr(path, '/');
	struct stat found;
	int error = 0;

	if (presence == ITS_PARENT)
		path = arena_text(a, span_of(path, slash > path ? (size_t)(slash - path) : 1));
	if (stat(path, &found))
		error = errno == EACCES ? 0 : errno;
	else if (presence == A_FILE && !S_ISREG(found.st_mode))
		error = S_ISDIR(found.st_mode) ? EISDIR : EINVAL;
	else if (presence != A_FILE && !S_ISDIR(found.st_mode))
		error = ENOTDIR;
	if (error)
		place_fail(p, expected[presence], arena_print(a, "\"%s\": %s", path, strerror(error)));
}

const char *
read_path(struct reading *r, struct place p, const char *fallback, enum presence presence)
{
	const char *path = place_text(p, 1, 1024, fallback);

	path = absolute(r, path);
	check_presence(p, path, presence);
	return path;
}

/* Federation */

static bool
has_only(struct span s, const char *others)
{
	for (size_t i = 0; i < s.size; i++) {
		uint8_t c = s.data[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		        (c && strchr(others, c))))
			return false;
	}
	return true;
}

static bool
ends_in(struct span s, const char *end)
{
	size_t size = strlen(end);

	return s.size >= size && span_is(span_skip(s, s.size - size), end);
}

/* Cuts "host", "host:port" and "[v6]:port"; false for anything else, a user's name in front too. */
static bool
cut_host(struct span authority, struct span *host)
{
	struct span port = { 0 };
	struct address six;
	bool bracketed = span_starts(authority, "[");
	uint64_t number;

	if (bracketed) {
		authority = span_skip(authority, 1);
		*host = span_cut(&authority, ']');
		port = authority;
		if (!address_read(*host, &six) || (port.size && !span_starts(port, ":")))
			return false;
		port = span_skip(port, 1);
	} else {
		port = authority;
		*host = span_cut(&port, ':');
		if (host->size == 0 || !has_only(*host, ".-"))
			return false;
	}
	return port.size == 0 || (port.size <= 5 && span_number(port, &number) && number > 0 && number <= UINT16_MAX);
}

/* The base URL of MDQ (draft-young-md-query-21 s2): an authority, a path that ends in a slash, nothing behind it. */
static const char *
read_base_url(struct place p)
{
	const char *text = place_text(p, 9, 500, NULL);
	struct span url = span_text(text), rest, host;
	bool secure = span_starts(url, "https://");

	rest = span_skip(url, strlen(secure ? "https://" : "http://"));
	if ((!secure && !span_starts(url, "http://")) || !ends_in(url, "/") ||
	    !has_only(url, "-._~:/[]@!$&'()*+,;=%") || !cut_host(span_cut(&rest, '/'), &host))
		place_fail(p,
		    "a URL such as \"https://federation.example/\", ending in a slash, without query and fragment",
		    NULL);
	else if (!secure && !host_is_loopback(host))
		place_fail(p, "https: (http: is for localhost only)", NULL);
	return text;
}

const char *
check_uri(struct place p, const char *text)
{
	struct span rest = span_text(text), scheme = span_cut(&rest, ':');

	if (rest.size == 0 || scheme.size == 0 || scheme.data[0] < 'A' || !has_only(scheme, "+-.") ||
	    !has_only(rest, "-._~:/?#[]@!$&'()*+,;=%"))
		place_fail(p, "a URI such as \"https://federation.example/\"", NULL);
	return text;
}

/* Who runs it, as the trusted list names its scheme operator (TS 119 602 SchemeOperatorName, SchemeTerritory). */
static void
read_operator(struct reading *r, struct place p)
{
	struct config *c = r->config;
	struct place territory = place_member(p, "territory"), contact = place_member(p, "contact");
	struct span code;

	c->federation.operator_ja = place_text(place_member(p, "operator_ja"), 1, 200, c->federation.name_ja);
	c->federation.operator_en = place_text(place_member(p, "operator_en"), 1, 200, c->federation.name_en);
	c->federation.territory = place_text(territory, 2, 2, "JP");
	code = span_text(c->federation.territory);
	if (code.size != 2 || code.data[0] < 'A' || code.data[0] > 'Z' || code.data[1] < 'A' || code.data[1] > 'Z')
		place_fail(territory, "two capital letters (ISO 3166-1)", NULL);
	if (!place_exists(contact))
		return;
	c->federation.contact = check_uri(contact, place_text(contact, 8, 500, NULL));
	if (strncmp(c->federation.contact, "mailto:", 7) != 0 && strncmp(c->federation.contact, "https:", 6) != 0)
		place_fail(contact, "mailto: or https:", NULL);
}

static void
read_federation(struct reading *r, struct place p)
{
	struct config *c = r->config;
	struct place policy = place_member(p, "registration_policy");

	c->federation.name_ja = place_text(place_member(p, "name_ja"), 1, 200, NULL);
	c->federation.name_en = place_text(place_member(p, "name_en"), 1, 200, NULL);
	c->federation.base_url = read_base_url(place_member(p, "base_url"));
	p = place_member(p, "registration_authority");
	c->federation.registration_authority = check_uri(p, place_text(p, 1, 1000, NULL));
	if (place_exists(policy))
		c->federation.registration_policy = check_uri(policy, place_text(policy, 1, 1000, NULL));
	p = place_member(place_member(document_root(&r->document), "federation"), "publisher");
	c->federation.publisher = place_text(p, 1, 1000, c->federation.registration_authority);
	read_operator(r, place_member(document_root(&r->document), "federation"));
}

/* Processes */

static unsigned
processors(void)
{
	cpu_set_t set;

	/* Those we may use, not those the machine has. */
	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	return (unsigned)CPU_COUNT(&set);
}

static void
read_processes(struct reading *r, struct place root)
{
	struct config *c = r->config;
	struct place user = place_member(root, "user"), group = place_member(root, "group");

	c->user = place_exists(user) ? place_text(user, 1, 32, NULL) : NULL;
	c->group = place_exists(group) ? place_text(group, 1, 32, NULL) : NULL;
	if (c->group && !c->user)
		place_fail(group, "/user beside it", "none");
	c->workers = (unsigned)place_integer(place_member(root, "workers"), 0, 1024, 0);
	if (c->workers == 0)
		c->workers = processors();
	c->drain_time = place_duration(place_member(root, "drain_time"), 0, HOUR, SECONDS(30));
}

/* Listeners */

static enum listener_kind
read_kind(struct place p)
{
	static const char *const kinds[] = {
		[LISTEN_PUBLIC] = "public", [LISTEN_MACHINES] = "machines", [LISTEN_LOCAL] = "local",
	};
	const char *text = place_text(p, 1, 20, NULL);

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (strcmp(text, kinds[i]) == 0)
			return (enum listener_kind)i;
	place_fail(p, "\"public\", \"machines\" or \"local\"", NULL);
	return LISTEN_PUBLIC;
}

static const char *
read_listen_address(struct reading *r, struct place p, enum listener_kind kind)
{
	const char *text = place_text(p, 1, 200, NULL);
	struct listening at;
	struct problem why;

	if (strncmp(text, "unix:", 5) == 0 && text[5] && text[5] != '/')
		text = arena_print(r->arena, "unix:%s", absolute(r, text + 5));
	if (listening_read(text, &at, &why) != OK)
		place_fail(p, at.path ? "a path of at most 107 bytes behind unix:"
		                      : "ADDRESS:PORT, [IPV6]:PORT, *:PORT or unix:PATH", NULL);
	else if (!at.path && at.address.port == 0)
		place_fail(p, "a port from 1 to 65535", NULL);
	else if (kind == LISTEN_LOCAL && !listening_is_loopback(&at))
		place_fail(p, "a loopback address, for the listener is \"local\"", NULL);
	else if (at.path)
		check_presence(p, at.path, ITS_PARENT);
	return text;
}

static void
read_listener(struct reading *r, struct place p, struct listener_config *l)
{
	struct place tls = place_member(p, "tls"), authorities = place_member(p, "client_authorities");

	l->kind = read_kind(place_member(p, "kind"));
	l->address = read_listen_address(r, place_member(p, "address"), l->kind);
	if (place_exists(tls)) {
		l->certificate = read_path(r, place_member(tls, "certificate"), NULL, A_FILE);
		l->key = read_path(r, place_member(tls, "key"), NULL, A_FILE);
	}
	if (place_exists(authorities) && l->kind != LISTEN_MACHINES)
		place_fail(authorities, "it beside \"kind\": \"machines\" only", "another kind");
	if (l->kind == LISTEN_MACHINES) {
		if (!place_exists(tls))
			place_fail(tls, "a certificate and a key, for machines show theirs", "none");
		l->client_authorities = read_path(r, authorities, NULL, A_FILE);
	}
}

static void
read_listeners(struct reading *r, struct place list)
{
	struct config *c = r->config;

	c->listener_count = place_count(list);
	if (c->listener_count == 0 || c->listener_count > MOST_LISTENERS) {
		place_fail(list, "1 to 64 listeners",
		    place_exists(list) ? arena_print(r->arena, "%zu", c->listener_count) : NULL);
		c->listener_count = 0;
	}
	c->listeners = arena_array(r->arena, struct listener_config, c->listener_count);
	for (size_t i = 0; i < c->listener_count; i++) {
		struct place p = place_element(list, i);

		read_listener(r, p, &c->listeners[i]);
		for (size_t before = 0; before < i; before++)
			if (strcmp(c->listeners[before].address, c->listeners[i].address) == 0)
				place_fail(place_member(p, "address"), "another address for each listener", NULL);
	}
}

const char **
read_texts(struct place list, size_t most, size_t longest, size_t *count)
{
	struct arena *a = list.document->arena;
	const char **texts;

	*count = place_count(list);
	if (*count > most) {
		place_fail(list, arena_print(a, "at most %zu elements", most), arena_print(a, "%zu", *count));
		*count = 0;
	}
	texts = arena_array(a, const char *, *count);
	for (size_t i = 0; i < *count; i++)
		texts[i] = place_text(place_element(list, i), 1, longest, NULL);
	return texts;
}

const char **
read_networks(struct place list, size_t *count)
{
	const char **networks = read_texts(list, MOST_NETWORKS, 60, count);
	struct address_set *set;
	struct problem why;

	for (size_t i = 0; i < *count; i++) {
		if (address_set_new(&networks[i], 1, &set, &why) != OK)
			place_fail(place_element(list, i),
			    "a network such as \"10.0.0.0/8\", \"2001:db8::/32\", \"192.0.2.1\" or \"unix\"", NULL);
		address_set_free(set);
	}
	return networks;
}

/* HTTP */

static size_t
read_size(struct place p, const char *key, int64_t least, int64_t most, size_t fallback)
{
	return (size_t)place_integer(place_member(p, key), least, most, (int64_t)fallback);
}

static int64_t
read_time(struct place p, const char *key, int64_t fallback)
{
	return place_duration(place_member(p, key), SECONDS(1), HOUR, fallback);
}

static void
read_http(struct reading *r, struct place p)
{
	struct http_limits *h = &r->config->http;

	*h = http_limits_default;
	h->message.target = read_size(p, "target_bytes", 256, 64 * KIB, h->message.target);
	h->message.head = read_size(p, "head_bytes", 1 * KIB, 256 * KIB, h->message.head);
	h->message.headers = read_size(p, "headers", 8, MESSAGE_HEADERS, h->message.headers);
	h->pipelined = read_size(p, "pipelined", 1, 1024, h->pipelined);
	h->connections = (unsigned)read_size(p, "connections", 1, 1000000, h->connections);
	h->per_address = (unsigned)read_size(p, "per_address", 0, 1000000, h->per_address);
	h->head_time = read_time(p, "head_time", h->head_time);
	h->body_time = read_time(p, "body_time", h->body_time);
	h->idle_time = read_time(p, "idle_time", h->idle_time);
	h->write_time = read_time(p, "write_time", h->write_time);
	h->handler_time = read_time(p, "handler_time", h->handler_time);
	h->requests = (unsigned)read_size(p, "requests", 0, 1000000000, h->requests);
	h->stream_waiting = read_size(p, "stream_waiting", 4 * KIB, 64 * MIB, h->stream_waiting);
	h->streams = (unsigned)read_size(p, "streams", 0, 1000000, h->streams);
	h->write_floor = read_size(p, "write_floor", 0, 64 * MIB, h->write_floor);
	if (h->message.target >= h->message.head)
		place_fail(place_member(p, "target_bytes"), arena_print(r->arena, "less than /http/head_bytes, %zu",
		    h->message.head), arena_print(r->arena, "%zu", h->message.target));
}

/* Store, publications, control, log */

static void
read_store(struct reading *r, struct place p)
{
	struct config *c = r->config;

	c->store.directory = read_path(r, place_member(p, "directory"), "store", ITS_PARENT);
	c->store.map_bytes = read_size(p, "map_bytes", 16 * MIB, (int64_t)(16 * 1024 * GIB), 64 * GIB);
	/* A unit is posted again to a new recorder until then, and must not have been forgotten meanwhile. */
	c->store.commit_timeout =
	    place_duration(place_member(p, "commit_timeout"), SECONDS(1), UNIT_REMEMBERED / 2, SECONDS(10));
	c->store.in_flight = (unsigned)read_size(p, "in_flight", 1, 65536, 4096);
}

/* eduGAIN wants metadata valid for 5 to 28 days (validator rule A6); clients want it never to run out under them. */
static void
read_publication(struct reading *r, struct place p)
{
	struct config *c = r->config;
	struct place cache = place_member(p, "cache_for"), refresh = place_member(p, "refresh_before");
	char text[INSTANT_TEXT], other[INSTANT_TEXT];

	c->publication.valid_for = place_duration(place_member(p, "valid_for"), 5 * DAY, 28 * DAY, 14 * DAY);
	c->publication.cache_for = place_duration(cache, SECONDS(60), 28 * DAY, 6 * HOUR);
	c->publication.refresh_before = place_duration(refresh, HOUR, 28 * DAY, 7 * DAY);
	c->publication.in_flight = (unsigned)read_size(p, "in_flight", 1, 1024, 16);
	if (c->publication.refresh_before >= c->publication.valid_for)
		place_fail(refresh,
		    arena_print(r->arena, "less than /publication/valid_for, %s",
		        duration_text(c->publication.valid_for, text)),
		    duration_text(c->publication.refresh_before, other));
	if (c->publication.cache_for > c->publication.refresh_before)
		place_fail(cache,
		    arena_print(r->arena, "at most /publication/refresh_before, %s",
		        duration_text(c->publication.refresh_before, text)),
		    duration_text(c->publication.cache_for, other));
}

static void
read_control(struct reading *r, struct place p)
{
	struct config *c = r->config;
	struct place socket = place_member(p, "socket");
	struct sockaddr_un un;

	c->control.socket = absolute(r, place_text(socket, 1, 1024, arena_print(r->arena, "%s/control.sock", c->run)));
	if (strlen(c->control.socket) >= sizeof(un.sun_path))
		place_fail(socket, arena_print(r->arena, "a path of at most %zu bytes", sizeof(un.sun_path) - 1),
		    arena_print(r->arena, "\"%.200s\"", c->control.socket));
	c->control.operators =
	    read_texts(place_member(p, "operators"), MOST_OPERATORS, 32, &c->control.operator_count);
	c->control.approvals = (unsigned)place_integer(place_member(p, "approvals"), 1, 10, 2);
}

static void
read_log(struct reading *r, struct place p)
{
	struct config *c = r->config;
	struct place level = place_member(p, "level"), access = place_member(p, "access");

	if (!log_level_read(span_text(place_text(level, 1, 20, "info")), &c->log.level))
		place_fail(level, "\"error\", \"warning\", \"info\" or \"debug\"", NULL);
	if (place_exists(access))
		c->log.access = read_path(r, access, NULL, ITS_PARENT);
}

/* Absolute names of the file and its directory; the directory's is without links, the file's own name is kept. */
static enum err
find_file(struct reading *r, const char *file, struct problem *why)
{
	const char *slash = strrchr(file, '/');
	const char *directory = slash ? arena_text(r->arena, span_of(file, (size_t)(slash - file))) : ".";
	char *real = realpath(slash == file ? "/" : directory, NULL);

	if (!real)
		return problem_errno(why, errno, "%s", file);
	r->config->directory = arena_text(r->arena, span_text(strcmp(real, "/") ? real : ""));
	r->config->file = arena_print(r->arena, "%s/%s", r->config->directory, slash ? slash + 1 : file);
	free(real);
	return OK;
}

enum err
config_read(struct arena *a, const char *file, struct config *out, struct problem *why)
{
	struct reading r = { .arena = a, .config = out };
	struct place root;

	*out = (struct config){ 0 };
	if (find_file(&r, file, why) != OK)
		return why ? why->code : ERR_IO;
	r.document = document_read(a, out->file, LARGEST_FILE);
	root = document_root(&r.document);
	read_federation(&r, place_member(root, "federation"));
	read_processes(&r, root);
	read_listeners(&r, place_member(root, "listen"));
	out->proxies = read_networks(place_member(root, "proxies"), &out->proxy_count);
	read_http(&r, place_member(root, "http"));
	read_store(&r, place_member(root, "store"));
	out->keys = read_path(&r, place_member(root, "keys"), "keys", A_DIRECTORY);
	out->generations = read_path(&r, place_member(root, "generations"), "generations", ITS_PARENT);
	out->pages = read_path(&r, place_member(root, "pages"), WATASHI_DATADIR "/pages", A_DIRECTORY);
	out->run = read_path(&r, place_member(root, "run"), "run", ITS_PARENT);
	read_control(&r, place_member(root, "control"));
	read_publication(&r, place_member(root, "publication"));
	read_registry(&r, root);
	read_jpki(&r, place_member(root, "jpki"));
	read_person(&r, place_member(root, "person"));
	read_oidc(&r, place_member(root, "oidc"));
	read_authenticators(&r, place_member(root, "authenticators"));
	read_notices(&r, place_member(root, "notices"));
	read_log(&r, place_member(root, "log"));
	return document_end(&r.document, why);
}
