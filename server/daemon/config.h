/* daemon/config.h - the configuration file as a value: schemas/config.schema.json says what it may hold,
 * watashid.json(5) what it means. Read whole or not at all; every module gets its own part as its settings, none sees
 * this header.
 *
 * Relative paths start from the file's own directory; here all are absolute.
 */
#pragma once

#include "authn/attestation.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/problem.h"
#include "http/server.h"
#include "jpki/settings.h"
#include "net/address.h"
#include "net/mail.h"
#include "registry/source.h"
#include "registry/validation.h"
#include "transaction/proofing/cost.h"

struct person_config;

enum listener_kind {
	LISTEN_PUBLIC,   /* pages, metadata, MDQ, later the protocols: for everybody */
	LISTEN_MACHINES, /* the same for machines that show a client certificate */
	LISTEN_LOCAL,    /* /healthz /readyz /metrics; loopback addresses only */
};

struct listener_config {
	enum listener_kind kind;
	const char *address;                        /* "*:8443", "127.0.0.1:9443", "unix:/run/…" */
	const char *certificate, *key;              /* PEM; NULL: plain HTTP, for behind a reverse proxy */
	const char *client_authorities;             /* PEM, LISTEN_MACHINES only */
};

struct config {
	const char *file, *directory;               /* where it was read, and the directory relative paths start from */

	struct {
		const char *name_ja, *name_en;
		const char *base_url;               /* "https://…/": how the world reaches us */
		const char *registration_authority; /* mdrpi */
		const char *registration_policy;    /* URL or NULL */
		const char *publisher;
		const char *operator_ja, *operator_en; /* who runs it */
		const char *territory;              /* ISO 3166-1 */
		const char *contact;                /* mailto: or https:, or NULL */
	} federation;

	const char *user, *group;                   /* NULL: stay who we are */
	unsigned workers;                           /* 0 in the file: one per processor; here never 0 */

	struct listener_config *listeners;
	size_t listener_count;
	const char **proxies;                       /* networks whose forwarded headers are believed */
	size_t proxy_count;
	struct http_limits http;
	int64_t drain_time;                         /* how long a stopping worker may finish what has begun */

	struct {
		const char *directory;
		uint64_t map_bytes;
		int64_t commit_timeout;
		unsigned in_flight;
	} store;

	const char *keys;                           /* directory */
	const char *generations;                    /* directory */
	const char *pages;                          /* directory */
	const char *run;                            /* directory: control socket, pid file */

	struct {
		const char *socket;
		const char **operators; /* user names; root and the daemon's own user are always operators */
		size_t operator_count;
		unsigned approvals;                 /* operators it takes to raise trust */
	} control;

	struct {
		int64_t confirm_every, warn_before;
	} members;

	struct validation_settings validation;
	struct source_settings *sources;
	size_t source_count;

	struct {
		bool plain_http;
		const char **internal;              /* networks */
		size_t internal_count;
		const char *authorities;            /* PEM, or NULL: the system's */
	} fetch;

	struct {
		const char *access;                 /* file (front/authzen/access.h), or NULL */
		unsigned rate; /* questions a second of one caller, all workers together; 0: no limit */
	} decisions;

	struct {
		bool present;                       /* without the section nothing of it is served */
		struct jpki_settings settings;
		struct {
			int64_t refresh;            /* lists are looked for at least so often */
			size_t largest;             /* of a fetched one, bytes */
			const char **urls;
			size_t url_count;
			const char *watch;          /* directory that somebody puts lists into, or NULL */
		} lists;                            /* when settings.lists says where they are kept */
		const char *operator;               /* member id of who runs this server; "": nobody entrusts it */
		const char *handle_secret;          /* file, 32 bytes or more */
		int64_t challenge_for, outcome_for, log_for;
		unsigned rate;                      /* questions a second of one caller; 0: no limit */
		struct cost_settings costs;
	} jpki;

	const struct person_config *person;         /* config_person.h; NULL: there are no accounts and no logins */

	struct {
		bool present;                       /* without the section there is no OpenID Provider */
		const char *issuer;                 /* base_url without its slash */
		int64_t id_token_for;
		const char *trust_framework;        /* of verified_claims; "": none are told */
		bool registration;
	} oidc;

	struct {
		enum attestation_demand attestation;
		bool strict;                        /* beyond the standard (authn/attestation.h) */
		unsigned rsa_least;                 /* bits */
		const char *roots;                  /* PEM: anchors of attestations beside models' own; NULL: none */
		struct {
			bool present;
			const char *url, *file;     /* one of them: where the BLOB is */
			const char *roots;          /* PEM: what its chain leads to */
			const char *host;           /* of who signs it */
			bool has_legal_header;      /* one was accepted, and only that is taken */
			uint8_t legal_header[32];
			int64_t refresh;
		} metadata;
	} authenticators;

	struct {
		struct {
			const char *url;            /* NULL: no mail is sent */
			const char *from;
			const char *user, *password_file; /* NULL: without */
			enum mail_tls tls;
			const char *authorities;    /* PEM, or NULL: the system's */
		} mail;
		const char *push_contact;           /* mailto: or https:; NULL: nothing is pushed */
	} notices;

	struct {
		int64_t valid_for, cache_for, refresh_before;
		unsigned in_flight;
	} publication;

	struct {
		enum log_level level;
		const char *access;                 /* file, or NULL: none */
	} log;
};

/* Everything that can be known from the file and the file system: unknown keys, wrong values, directories and
 * certificate files that are not there. The result lives in the arena. */
enum err config_read(struct arena *, const char *file, struct config *out, struct problem *why);
