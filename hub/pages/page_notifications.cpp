// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include "hub/audit.h"
#include "hub/notice_queue.h"
#include "hub/notices.h"
#include "hub/pages/own_pages.h"
#include "hub/pages/pages.h"
#include "hub/pages/render.h"
#include "hub/pages/words.h"

namespace patchstate {
namespace {

constexpr std::size_t kShown = 100;

std::string state_of(const QueuedNotice& notice) {
  if (notice.delivered) return "delivered";
  if (notice.ended != Time{}) return "given up";
  return notice.tries == 0 ? "waiting" : "tried again";
}

Data row_of(const QueuedNotice& notice) {
  Data row("kind", notice.kind);
  row.set("created", time_data(notice.created));
  row.set("destination", notice.destination);
  row.set("machines", number_text(notice.hosts));
  row.set("state", state_of(notice));
  row.set("next", notice.ended == Time{} && notice.tries > 0 ? time_data(notice.next_try) : Data(false));
  row.set("tries", number_text(notice.tries));
  row.set("said", notice.answer.empty() ? Data(false) : Data(notice.answer));
  return row;
}

}  // namespace

HttpResponse notifications_page(Store& store, const Asked& asked) {
  if (asked.request.method == "POST") {
    if (asked.request.path != "/notifications/test" || asked.destinations.empty())
      return error_page(404, "There is nothing to send", "This hub has no destination for notices.", &asked.visitor,
                        asked.now);
    do_and_note(store, {0, asked.now, asked.visitor.name, "notice_tested", {}, {}, asked.visitor.peer}, [&] {
      queue_test(store, asked.destinations, asked.visitor.name, asked.now);
      return true;
    });
    return see("/notifications");
  }
  if (asked.request.path != "/notifications")
    return error_page(404, "There is no such page", {}, &asked.visitor, asked.now);
  Page page{"Notices", "/notifications", "notifications", {}, {}};
  Data destinations(Data::type::list);
  for (const auto& destination : asked.destinations) destinations << Data("shown", destination);
  page.data.set("has_destinations", Data(!asked.destinations.empty()));
  page.data.set("destinations", destinations);
  Data rows(Data::type::list);
  const auto latest = latest_notices(store, kShown);
  for (const auto& notice : latest) rows << row_of(notice);
  page.data.set("has_rows", Data(!latest.empty()));
  page.data.set("rows", rows);
  return render(page, &asked.visitor, asked.now);
}

}  // namespace patchstate
