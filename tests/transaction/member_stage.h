/* tests/transaction/member_stage.h - members beside the logins of login_stage.h: whose entity somebody is, and what the
 * registry has established of the identity provider here.
 */
#pragma once

#include "transaction/login_stage.h"

#include "registry/entity.h"

#define STAGE_CERTIFIED_FROM "\"from\":\"2020-01-01T00:00:00Z\",\"until\":\"2099-01-01T00:00:00Z\""
/* How credentials are kept: what no login can see by itself. */
#define STAGE_IDP_FACTS \
	"\"credential.rules_published\":true,\"credential.secret_storage\":\"hardware-encrypted\"," \
	"\"credential.secrets_confined\":true,\"credential.renewal\":\"new-proofing\"," \
	"\"credential.revocation_time\":3600,\"credential.status_service\":true," \
	"\"credential.security_baseline\":\"moderate\",\"credential.delivery\":\"proofing-session\"," \
	"\"credential.transfer_authenticated\":true,\"process.failures_allowed\":100," \
	"\"process.threats_resisted\":[\"online-guessing\",\"replay\",\"session-hijacking\",\"eavesdropping\"," \
	"\"weak-man-in-the-middle\",\"strong-man-in-the-middle\",\"phishing\"]," \
	"\"privacy.no_tracking\":true,\"privacy.termination\":true"

/* As the steward writes it. */
static inline void
stage_put_as_steward(const struct table *table, struct span key, struct span value)
{
	struct unit *unit = stage_unit();

	unit_put(unit, table, key, value);
	store_memory_become(stage.store, ROLE_STEWARD);
	stage_commit(unit);
	store_memory_become(stage.store, ROLE_WORKER);
}

/* A member with such a record, whose entity that is. */
static inline void
stage_member(const char *id, enum standing standing, const char *entity_id, const char *record)
{
	const struct entity_key key = entity_key_of(span_text(entity_id));
	struct buffer member = buffer_init(64 * KIB), claim = buffer_init(4 * KIB);

	member_write(&member, &(struct member){ .id = span_text(id), .standing = standing, .since = stage.now,
		.record = span_text(record) });
	member_claim_write(&claim, &(struct member_claim){ .member = span_text(id) });
	stage_put_as_steward(&member_table, span_text(id), buffer_span(&member));
	stage_put_as_steward(&member_claim_table, span_of(key.bytes, sizeof(key.bytes)), buffer_span(&claim));
	buffer_release(&member);
	buffer_release(&claim);
}

/* The server's own identity provider, certified. */
static inline void
stage_provider(void)
{
	stage_member("operator", STANDING_APPROVED, "https://watashi.example/idp",
	    "{\"certifications\":[{\"facts\":{" STAGE_IDP_FACTS "}," STAGE_CERTIFIED_FROM "}],"
	    "\"entities\":[{\"entity_id\":\"https://watashi.example/idp\",\"roles\":[\"idp\"]}]}");
}
