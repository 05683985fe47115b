// Giving up what takes longer than a frame to take apart.
#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace strata::ui {

/// Takes a thing apart in a worker, once the events that are under way are done: until then views
/// that hold it, too, may let go of it, and whoever is last does the work.
void releaseLater(std::shared_ptr<const void> thing);

/// The same for what is not shared: a large vector.
template <class T>
void releaseLater(std::vector<T>&& thing)
{
    releaseLater(std::shared_ptr<const void>(std::make_shared<std::vector<T>>(std::move(thing))));
}

} // namespace strata::ui
