// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "assessment/assessment_json.h"
#include "hub/audit.h"
#include "hub/forms.h"
#include "hub/pages/own_pages.h"
#include "hub/pages/pages.h"
#include "hub/pages/render.h"
#include "hub/pages/words.h"
#include "hub/secrets.h"
#include "hub/whole_number.h"

namespace patchstate {
namespace {

constexpr std::int64_t kMostUses = 100'000;
constexpr std::int64_t kMostDays = 366;

std::optional<std::int64_t> number(const Asked& asked, const char* name, std::int64_t most) {
  const std::string& text = field(asked.request, name);
  const auto value = whole_number(text);
  return value && *value >= 1 && *value <= most ? value : std::nullopt;
}

std::string state_of(const Credential& one, Time now) {
  if (one.revoked != Time{}) return "revoked";
  if (one.expires != Time{} && one.expires <= now) return "expired";
  return one.uses_left <= 0 ? "used up" : "valid";
}

/// The token that was just made; empty: none was.
HttpResponse enrol_list(Store& store, const Asked& asked, const std::string& token, const std::string& wrong) {
  Page page{"Enrol machines", "/enrol", "enrol", {}, {}, wrong.empty() ? 200 : 400};
  page.data.set("wrong", wrong.empty() ? Data(false) : Data(wrong));
  Data made(false);
  if (!token.empty()) {
    made = Data("token", token);
    made.set("hub", (asked.client.https ? "https://" : "http://") + asked.client.authority);
  }
  page.data.set("made", made);
  Data rows(Data::type::list);
  const auto tokens = store.credentials();
  for (auto one = tokens.rbegin(); one != tokens.rend(); ++one) {
    if (one->kind != "enrol") continue;
    Data row;
    row.set("number", std::to_string(one->id));
    row.set("what_for", one->name);
    row.set("machine", one->host_id);
    row.set("state", state_of(*one, asked.now));
    row.set("uses", number_text(one->uses_left));
    row.set("created", time_data(one->created));
    row.set("expires", time_data(one->expires));
    row.set("valid", Data(state_of(*one, asked.now) == "valid"));
    rows << row;
  }
  page.data.set("has_rows", Data(rows.is_non_empty_list()));
  page.data.set("rows", rows);
  return render(page, &asked.visitor, asked.now);
}

HttpResponse make_token(Store& store, const Asked& asked) {
  const auto uses = number(asked, "uses", kMostUses);
  const auto days = number(asked, "days", kMostDays);
  if (!uses || !days)
    return enrol_list(
        store, asked, {},
        fmt::format("A token is for 1 to {} machines and valid for 1 to {} days.", number_text(kMostUses), kMostDays));
  const std::string token = new_secret(SecretKind::enrol_token);
  Store::NewCredential credential;
  credential.kind = CredentialKind::enrol;
  credential.hash = hash_of_secret(token);
  credential.name = clean_text(field(asked.request, "name"), 200);
  credential.created = asked.now;
  credential.expires = asked.now + std::chrono::days(*days);
  credential.uses = *uses;
  AuditEntry entry{0, asked.now, asked.visitor.name, "token_created", {}, {}, asked.visitor.peer};
  do_and_note(store, entry, [&] {
    entry.target = fmt::format("token {}", store.add_credential(credential));
    entry.detail = fmt::format("enrols {}, valid for {}", count_text(*uses, "machine"), count_text(*days, "day"));
    return true;
  });
  return enrol_list(store, asked, token, {});
}

HttpResponse revoke_token(Store& store, const Asked& asked, const std::string& number) {
  const std::int64_t id = whole_number(number).value_or(0);
  const bool revoked = do_and_note(
      store, {0, asked.now, asked.visitor.name, "token_revoked", fmt::format("token {}", id), {}, asked.visitor.peer},
      [&] { return store.revoke_credential(id, asked.now); });
  return revoked ? see("/enrol") : error_page(404, "There is no such token", {}, &asked.visitor, asked.now);
}

}  // namespace

HttpResponse enrol_page(Store& store, const Asked& asked) {
  const auto parts = parts_below(asked.request.path, "/enrol");
  const bool is_post = asked.request.method == "POST";
  if (parts.empty()) return is_post ? make_token(store, asked) : enrol_list(store, asked, {}, {});
  if (is_post && parts.size() == 2 && parts[1] == "revoke") return revoke_token(store, asked, parts[0]);
  return error_page(404, "There is no such page", {}, &asked.visitor, asked.now);
}

}  // namespace patchstate
