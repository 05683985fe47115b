"""Writes damaged.debug_index.pt: methods.script.pt with a line index outside of its table."""
import zipfile

with zipfile.ZipFile("methods.script.pt") as source, zipfile.ZipFile(
    "damaged.debug_index.pt", "w", zipfile.ZIP_STORED
) as target:
    for entry in source.infolist():
        data = source.read(entry)
        if entry.filename.endswith("/__torch__.py.debug_pkl"):
            data = data.replace(b"](K\x01K", b"](K\xfeK", 1)
        target.writestr(entry.filename, data)
