// The view of tensors as a part of the window: in the inspector, with what goes to the message bar.
#pragma once

namespace strata::ui {

class MainWindow;
class TensorSection;

/// Adds it to the window's inspector, which owns it.
TensorSection* addTensorSection(MainWindow* window);

} // namespace strata::ui
