<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>CommandLine</name>
    <message>
        <source>Write a picture of the window to FILE and quit.</source>
        <translation>Ein Bild des Fensters in FILE schreiben und beenden.</translation>
    </message>
    <message>
        <source>Select a node by name, or a module by its path.</source>
        <translation>Einen Knoten nach Namen auswählen, oder ein Modul nach seinem Pfad.</translation>
    </message>
    <message>
        <source>Expand a module in the graph; can be repeated. * expands all.</source>
        <translation>Ein Modul im Graphen aufklappen; mehrfach möglich. * klappt alles auf.</translation>
    </message>
    <message>
        <source>Which model of a .pt2 archive that holds several.</source>
        <translation>Welches Modell eines .pt2-Archivs, das mehrere enthält.</translation>
    </message>
    <message>
        <source>Show FILE beside OTHER, with what differs.</source>
        <translation>FILE neben OTHER zeigen, mit den Unterschieden.</translation>
    </message>
    <message>
        <source>light, dark or system.</source>
        <translation>light, dark oder system.</translation>
    </message>
    <message>
        <source>Size of the window, as WxH.</source>
        <translation>Größe des Fensters, als WxH.</translation>
    </message>
    <message>
        <source>Open the files in the Strata that is running already, if one is.</source>
        <translation>Die Dateien im bereits laufenden Strata öffnen, falls eines läuft.</translation>
    </message>
    <message>
        <source>Language of the window: de, en or system.</source>
        <translation>Sprache des Fensters: de, en oder system.</translation>
    </message>
    <message>
        <source>Shows which PyTorch module every node of an ONNX graph belongs to.</source>
        <translation>Zeigt, zu welchem PyTorch-Modul jeder Knoten eines ONNX-Graphen gehört.</translation>
    </message>
    <message>
        <source>Model to open: TorchScript, .pt2 or ONNX.</source>
        <translation>Zu öffnendes Modell: TorchScript, .pt2 oder ONNX.</translation>
    </message>
    <message>
        <source>Write a report and quit; can be repeated. FORMAT is one of %1.</source>
        <translation>Einen Bericht schreiben und beenden; mehrfach möglich. FORMAT ist eines von %1.</translation>
    </message>
    <message>
        <source>Of pictures in PNG, in percent (default: 200).</source>
        <translation>Größe von Bildern in PNG, in Prozent (Vorgabe: 200).</translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>The picture could not be written to %1.</source>
        <translation>Das Bild konnte nicht nach %1 geschrieben werden.</translation>
    </message>
    <message>
        <source>There is no module “%1”.</source>
        <translation>Es gibt kein Modul „%1“.</translation>
    </message>
    <message>
        <source>There is no node or module “%1”.</source>
        <translation>Es gibt keinen Knoten und kein Modul „%1“.</translation>
    </message>
    <message>
        <source>The file holds several models: %1. Name one with --model.</source>
        <translation>Die Datei enthält mehrere Modelle: %1. Eines mit --model nennen.</translation>
    </message>
    <message>
        <source>There is no theme “%1”; use light, dark or system.</source>
        <translation>Es gibt kein Farbschema „%1“; möglich sind light, dark und system.</translation>
    </message>
    <message>
        <source>There is no language “%1”; use %2 or system.</source>
        <translation>Es gibt keine Sprache „%1“; möglich sind %2 und system.</translation>
    </message>
    <message>
        <source>“%1” is not a size such as 1400x900.</source>
        <translation>„%1“ ist keine Größe wie 1400x900.</translation>
    </message>
    <message>
        <source>Give one file to compare with: strata --compare OTHER FILE.</source>
        <translation>Eine Datei zum Vergleichen angeben: strata --compare OTHER FILE.</translation>
    </message>
    <message>
        <source>No other Strata answers; this one opens a window of its own.</source>
        <translation>Kein anderes Strata antwortet; dieses öffnet ein eigenes Fenster.</translation>
    </message>
    <message>
        <source>“%1” is not a scale in percent, such as 200.</source>
        <translation>„%1“ ist keine Größe in Prozent wie 200.</translation>
    </message>
    <message>
        <source>Give one file to report on: strata --report FORMAT:PATH FILE.</source>
        <translation>Geben Sie eine Datei für den Bericht an: strata --report FORMAT:PFAD DATEI.</translation>
    </message>
    <message>
        <source>“%1”</source>
        <translation>„%1“</translation>
    </message>
    <message>
        <source>%1 Similar: %2.</source>
        <translation>%1 Ähnlich: %2.</translation>
    </message>
</context>
<context>
    <name>strata::GraphCanvas</name>
    <message>
        <source>Nothing selected</source>
        <translation>Nichts ausgewählt</translation>
    </message>
    <message>
        <source>Selected: %1 %2</source>
        <translation>Ausgewählt: %1 %2</translation>
    </message>
    <message>
        <source>Graph</source>
        <translation>Graph</translation>
    </message>
    <message>
        <source>Open a model to see its graph</source>
        <translation>Ein Modell öffnen, um seinen Graphen zu sehen</translation>
    </message>
    <message>
        <source>Export the model to see its graph</source>
        <translation>Das Modell exportieren, um seinen Graphen zu sehen</translation>
    </message>
    <message>
        <source>Laying out the graph…</source>
        <translation>Der Graph wird angeordnet …</translation>
    </message>
    <message>
        <source>The graph cannot be shown: %1</source>
        <translation>Der Graph kann nicht gezeigt werden: %1</translation>
    </message>
    <message>
        <source>Confidence %1, evidence: %2</source>
        <translation>Konfidenz %1, Beleg: %2</translation>
    </message>
    <message>
        <source>Nodes: %1, mean confidence %2</source>
        <translation>Knoten: %1, mittlere Konfidenz %2</translation>
    </message>
</context>
<context>
    <name>strata::Legend</name>
    <message>
        <source>Recorded at export</source>
        <translation>Beim Export aufgezeichnet</translation>
    </message>
    <message>
        <source>Owns its parameter</source>
        <translation>Besitzt seinen Parameter</translation>
    </message>
    <message>
        <source>Named by its scope</source>
        <translation>Durch den Namensraum benannt</translation>
    </message>
    <message>
        <source>Structural match</source>
        <translation>Gleiche Struktur</translation>
    </message>
    <message>
        <source>Neighbours agree</source>
        <translation>Nachbarn stimmen überein</translation>
    </message>
    <message>
        <source>Common ancestor</source>
        <translation>Gemeinsamer Vorfahr</translation>
    </message>
    <message>
        <source>Orphan</source>
        <translation>Waise</translation>
    </message>
    <message>
        <source>PyTorch modules</source>
        <translation>PyTorch-Module</translation>
    </message>
    <message>
        <source>Custom modules</source>
        <translation>Eigene Module</translation>
    </message>
    <message>
        <source>Functions</source>
        <translation>Funktionen</translation>
    </message>
    <message>
        <source>Methods</source>
        <translation>Methoden</translation>
    </message>
    <message>
        <source>Attributes</source>
        <translation>Attribute</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>Eingaben</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>Ausgaben</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Konfidenz</translation>
    </message>
    <message>
        <source>Category</source>
        <translation>Kategorie</translation>
    </message>
    <message>
        <source>Operator type</source>
        <translation>Operatortyp</translation>
    </message>
    <message>
        <source>Data type</source>
        <translation>Datentyp</translation>
    </message>
    <message>
        <source>Parameter bytes</source>
        <translation>Bytes der Parameter</translation>
    </message>
    <message>
        <source>Same in both</source>
        <translation>In beiden gleich</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>Geändert</translation>
    </message>
    <message>
        <source>Only in the first</source>
        <translation>Nur im ersten</translation>
    </message>
    <message>
        <source>Only in the second</source>
        <translation>Nur im zweiten</translation>
    </message>
    <message>
        <source>Fused</source>
        <translation>Verschmolzen</translation>
    </message>
    <message>
        <source>Legend</source>
        <translation>Legende</translation>
    </message>
    <message>
        <source>What the colours mean</source>
        <translation>Was die Farben bedeuten</translation>
    </message>
    <message>
        <source>Choose what the colours mean</source>
        <translation>Wählen, was die Farben bedeuten</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Alle zeigen</translation>
    </message>
    <message>
        <source>Dim nothing</source>
        <translation>Nichts abblenden</translation>
    </message>
    <message>
        <source>Differences</source>
        <translation>Unterschiede</translation>
    </message>
    <message>
        <source>No parameters</source>
        <translation>Keine Parameter</translation>
    </message>
    <message>
        <source>Under %1</source>
        <translation>Unter %1</translation>
    </message>
    <message>
        <source>%1 and more</source>
        <translation>%1 und mehr</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
    <message>
        <source>All others</source>
        <translation>Alle anderen</translation>
    </message>
    <message>
        <source>Show only these; click more rows to add them</source>
        <translation>Nur diese zeigen; weitere Zeilen anklicken, um sie hinzuzunehmen</translation>
    </message>
    <message>
        <source>Execution time</source>
        <translation>Laufzeit</translation>
    </message>
    <message>
        <source>Of the measured run. What a PyTorch operator took is shared equally among its nodes.</source>
        <translation>Aus dem gemessenen Lauf. Was ein PyTorch-Operator brauchte, ist zu gleichen Teilen auf seine Knoten verteilt.</translation>
    </message>
    <message>
        <source>No run was measured. Open the PyTorch model and choose File &gt; Measure times.</source>
        <translation>Es wurde kein Lauf gemessen. Öffnen Sie das PyTorch-Modell und wählen Sie Datei &gt; Zeiten messen.</translation>
    </message>
    <message>
        <source>Not measured</source>
        <translation>Nicht gemessen</translation>
    </message>
    <message>
        <source>Difference from PyTorch</source>
        <translation>Abweichung von PyTorch</translation>
    </message>
    <message>
        <source>Of each node&apos;s first output in ONNX Runtime, against the largest element that PyTorch computed.</source>
        <translation>Der ersten Ausgabe jedes Knotens in ONNX Runtime, gemessen am größten Element, das PyTorch berechnet hat.</translation>
    </message>
    <message>
        <source>Nothing was compared. Open the PyTorch model and choose File &gt; Compare nodes with PyTorch.</source>
        <translation>Es wurde nichts verglichen. Das PyTorch-Modell öffnen und Datei &gt; Knoten mit PyTorch vergleichen wählen.</translation>
    </message>
    <message>
        <source>Not compared</source>
        <translation>Nicht verglichen</translation>
    </message>
    <message>
        <source>Equal</source>
        <translation>Gleich</translation>
    </message>
    <message>
        <source>Beyond the tolerances</source>
        <translation>Außerhalb der Toleranzen</translation>
    </message>
</context>
<context>
    <name>strata::LegendRow</name>
    <message>
        <source>%1: %2 nodes</source>
        <translation>%1: %2 Knoten</translation>
    </message>
</context>
<context>
    <name>strata::Minimap</name>
    <message>
        <source>Overview of the graph</source>
        <translation>Übersicht des Graphen</translation>
    </message>
    <message>
        <source>The whole graph; click or drag to go there</source>
        <translation>Der ganze Graph; klicken oder ziehen, um dorthin zu gelangen</translation>
    </message>
</context>
<context>
    <name>strata::ScenePainter</name>
    <message>
        <source>1 node</source>
        <translation>1 Knoten</translation>
    </message>
    <message>
        <source>%1 nodes</source>
        <translation>%1 Knoten</translation>
    </message>
    <message>
        <source>%1 values</source>
        <translation>%1 Werte</translation>
    </message>
</context>
<context>
    <name>strata::ui::AttributesModel</name>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
</context>
<context>
    <name>strata::ui::Breadcrumbs</name>
    <message>
        <source>Path of the selection</source>
        <translation>Pfad der Auswahl</translation>
    </message>
    <message>
        <source>%1 (orphan)</source>
        <translation>%1 (Waise)</translation>
    </message>
    <message>
        <source>Go to module %1</source>
        <translation>Zum Modul %1</translation>
    </message>
</context>
<context>
    <name>strata::ui::CanvasTools</name>
    <message>
        <source>%1 chosen</source>
        <translation>%1 gewählt</translation>
    </message>
    <message>
        <source>Show everything</source>
        <translation>Alles zeigen</translation>
    </message>
    <message>
        <source>Part of the &amp;graph</source>
        <translation>Teil des &amp;Graphen</translation>
    </message>
    <message>
        <source>&amp;Isolate</source>
        <translation>&amp;Isolieren</translation>
    </message>
    <message>
        <source>Show its neighbours</source>
        <translation>Nachbarn zeigen</translation>
    </message>
    <message>
        <source>Show %1 steps around</source>
        <translation>%1 Schritte im Umkreis zeigen</translation>
    </message>
    <message>
        <source>Show the &amp;path between the two</source>
        <translation>&amp;Pfad zwischen den beiden zeigen</translation>
    </message>
    <message>
        <source>Choose two nodes with Ctrl+click first.</source>
        <translation>Zuerst zwei Knoten mit Strg+Klick wählen.</translation>
    </message>
    <message>
        <source>&amp;Hide constants</source>
        <translation>&amp;Konstanten ausblenden</translation>
    </message>
    <message>
        <source>Show &amp;everything</source>
        <translation>&amp;Alles zeigen</translation>
    </message>
    <message>
        <source>Expand everything i&amp;nside</source>
        <translation>Alles &amp;darin aufklappen</translation>
    </message>
    <message>
        <source>Expand &amp;only to here</source>
        <translation>&amp;Nur bis hierher aufklappen</translation>
    </message>
    <message>
        <source>Copy as &amp;DOT</source>
        <translation>Als D&amp;OT kopieren</translation>
    </message>
    <message>
        <source>Copy as i&amp;mage</source>
        <translation>Als &amp;Bild kopieren</translation>
    </message>
    <message>
        <source>Close its bodies</source>
        <translation>Rümpfe schließen</translation>
    </message>
    <message>
        <source>Open its bodies</source>
        <translation>Rümpfe öffnen</translation>
    </message>
    <message>
        <source>Collapse</source>
        <translation>Zuklappen</translation>
    </message>
    <message>
        <source>Expand</source>
        <translation>Aufklappen</translation>
    </message>
    <message>
        <source>Neighbours</source>
        <translation>Nachbarn</translation>
    </message>
    <message>
        <source>Go to its module</source>
        <translation>Zu seinem Modul</translation>
    </message>
    <message>
        <source>Copy the node&apos;s name</source>
        <translation>Namen des Knotens kopieren</translation>
    </message>
    <message>
        <source>Copy the module&apos;s path</source>
        <translation>Pfad des Moduls kopieren</translation>
    </message>
    <message>
        <source>Copy the module&apos;s tag</source>
        <translation>Kennzeichen des Moduls kopieren</translation>
    </message>
    <message>
        <source>What was chosen</source>
        <translation>Was gewählt war</translation>
    </message>
    <message>
        <source>What was chosen and its neighbours</source>
        <translation>Was gewählt war, und seine Nachbarn</translation>
    </message>
    <message>
        <source>What was chosen and %1 steps around it</source>
        <translation>Was gewählt war, und %1 Schritte im Umkreis</translation>
    </message>
    <message>
        <source>The data flow does not lead from one of these nodes to the other.</source>
        <translation>Der Datenfluss führt von keinem dieser Knoten zum anderen.</translation>
    </message>
    <message>
        <source>The ways between the two nodes</source>
        <translation>Die Wege zwischen den beiden Knoten</translation>
    </message>
    <message>
        <source>%1, without constants</source>
        <translation>%1, ohne Konstanten</translation>
    </message>
    <message>
        <source>Without constants</source>
        <translation>Ohne Konstanten</translation>
    </message>
    <message>
        <source>%1: %2 of %3 nodes</source>
        <translation>%1: %2 von %3 Knoten</translation>
    </message>
    <message>
        <source>Copied as an image: %1 × %2</source>
        <translation>Als Bild kopiert: %1 × %2</translation>
    </message>
    <message numerus="yes">
        <source>Copied as DOT: %Ln node(s)</source>
        <translation>
            <numerusform>Als DOT kopiert: %Ln Knoten</numerusform>
            <numerusform>Als DOT kopiert: %Ln Knoten</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Fold repeated modules</source>
        <translation>&amp;Wiederholte Module falten</translation>
    </message>
    <message>
        <source>Draws equal modules that follow each other as one card, with their number.</source>
        <translation>Zeichnet gleiche Module, die aufeinander folgen, als eine Karte mit ihrer Zahl.</translation>
    </message>
    <message>
        <source>Fold with its e&amp;quals</source>
        <translation>Mit &amp;gleichen falten</translation>
    </message>
    <message>
        <source>Unfold the %1 e&amp;qual modules</source>
        <translation>Die %1 &amp;gleichen Module auffalten</translation>
    </message>
    <message>
        <source>Fold with its %1 e&amp;quals</source>
        <translation>Mit seinen %1 &amp;gleichen falten</translation>
    </message>
</context>
<context>
    <name>strata::ui::CompareWindow</name>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>First graph</source>
        <translation>Erster Graph</translation>
    </message>
    <message>
        <source>Second graph</source>
        <translation>Zweiter Graph</translation>
    </message>
    <message>
        <source>Differences</source>
        <translation>Unterschiede</translation>
    </message>
    <message>
        <source>Cancelled. Close the window, or compare again from the menu.</source>
        <translation>Abgebrochen. Das Fenster schließen oder im Menü erneut vergleichen.</translation>
    </message>
    <message>
        <source>Cancelled: %1</source>
        <translation>Abgebrochen: %1</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>Previous difference</source>
        <translation>Voriger Unterschied</translation>
    </message>
    <message>
        <source>Next difference</source>
        <translation>Nächster Unterschied</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Verkleinern</translation>
    </message>
    <message>
        <source>Fit both graphs</source>
        <translation>Beide Graphen einpassen</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Expand all</source>
        <translation>Alles aufklappen</translation>
    </message>
    <message>
        <source>Collapse all</source>
        <translation>Alles zuklappen</translation>
    </message>
    <message>
        <source>Move both graphs together</source>
        <translation>Beide Graphen gemeinsam bewegen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>%1 and %2 – Strata</source>
        <translation>%1 und %2 – Strata</translation>
    </message>
    <message>
        <source>Comparing %1 with %2</source>
        <translation>%1 wird mit %2 verglichen</translation>
    </message>
    <message>
        <source>%1 · nodes: %2 · modules: %3</source>
        <translation>%1 · Knoten: %2 · Module: %3</translation>
    </message>
    <message>
        <source>The two models are equal: same nodes, same weights.</source>
        <translation>Die beiden Modelle sind gleich: gleiche Knoten, gleiche Gewichte.</translation>
    </message>
    <message>
        <source>Nothing to show: the comparison failed.</source>
        <translation>Nichts zu zeigen: Der Vergleich ist gescheitert.</translation>
    </message>
</context>
<context>
    <name>strata::ui::ConfidenceHistogram</name>
    <message>
        <source>Nodes by confidence</source>
        <translation>Knoten nach Konfidenz</translation>
    </message>
    <message>
        <source>Confidence %1 to %2, nodes: %3</source>
        <translation>Konfidenz %1 bis %2, Knoten: %3</translation>
    </message>
</context>
<context>
    <name>strata::ui::CountPairModel</name>
    <message>
        <source>(root)</source>
        <translation>(Wurzel)</translation>
    </message>
    <message>
        <source>First</source>
        <translation>Erste</translation>
    </message>
    <message>
        <source>Second</source>
        <translation>Zweite</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Änderung</translation>
    </message>
</context>
<context>
    <name>strata::ui::CoveragePanel</name>
    <message>
        <source>Coverage</source>
        <translation>Abdeckung</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Konfidenz</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>Belege</translation>
    </message>
    <message>
        <source>Categories</source>
        <translation>Kategorien</translation>
    </message>
    <message>
        <source>FX nodes</source>
        <translation>FX-Knoten</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>Aufgezeichnet</translation>
    </message>
    <message>
        <source>With a module</source>
        <translation>Mit Modul</translation>
    </message>
    <message>
        <source>Confidence %1 to %2</source>
        <translation>Konfidenz %1 bis %2</translation>
    </message>
    <message>
        <source>No model is open.</source>
        <translation>Es ist kein Modell geöffnet.</translation>
    </message>
    <message>
        <source>%1 of %2 ONNX nodes have a module. Mean confidence %3.</source>
        <translation>%1 von %2 ONNX-Knoten haben ein Modul. Mittlere Konfidenz %3.</translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <translation>%1 · %2</translation>
    </message>
    <message>
        <source>Recorded by the exporter</source>
        <translation>Vom Exporter aufgezeichnet</translation>
    </message>
    <message>
        <source>Orphans</source>
        <translation>Waisen</translation>
    </message>
    <message>
        <source>Evidence: %1</source>
        <translation>Beleg: %1</translation>
    </message>
    <message>
        <source>%1 · %2 covered</source>
        <translation>%1 · %2 abgedeckt</translation>
    </message>
    <message>
        <source>Category: %1</source>
        <translation>Kategorie: %1</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>emitted</source>
        <translation>ausgegeben</translation>
    </message>
    <message>
        <source>folded into constants</source>
        <translation>zu Konstanten gefaltet</translation>
    </message>
    <message>
        <source>fused</source>
        <translation>verschmolzen</translation>
    </message>
    <message>
        <source>eliminated</source>
        <translation>entfernt</translation>
    </message>
    <message>
        <source>unsupported</source>
        <translation>nicht unterstützt</translation>
    </message>
    <message>
        <source>unaccounted for</source>
        <translation>ungeklärt</translation>
    </message>
    <message>
        <source>Of %1: </source>
        <translation>Von %1: </translation>
    </message>
</context>
<context>
    <name>strata::ui::DashboardFeature</name>
    <message>
        <source>&amp;Dashboard</source>
        <translation>&amp;Dashboard</translation>
    </message>
    <message>
        <source>Dashboard</source>
        <translation>Dashboard</translation>
    </message>
</context>
<context>
    <name>strata::ui::DashboardPage</name>
    <message>
        <source>Dashboard</source>
        <translation>Dashboard</translation>
    </message>
    <message>
        <source>After review</source>
        <translation>Nach der Prüfung</translation>
    </message>
    <message>
        <source>Coverage</source>
        <translation>Abdeckung</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Konfidenz</translation>
    </message>
    <message>
        <source>Reliability</source>
        <translation>Zuverlässigkeit</translation>
    </message>
    <message>
        <source>How often each kind of evidence was right on models whose truth is known, and what follows for this one.</source>
        <translation>Wie oft jede Art von Beleg bei Modellen richtig lag, deren Wahrheit bekannt ist, und was daraus für dieses folgt.</translation>
    </message>
    <message>
        <source>Modules</source>
        <translation>Module</translation>
    </message>
    <message>
        <source>Width: nodes. Colour: mean confidence.</source>
        <translation>Breite: Knoten. Farbe: mittlere Konfidenz.</translation>
    </message>
    <message>
        <source>Orphans by cause</source>
        <translation>Waisen nach Ursache</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>Unused</source>
        <translation>Ungenutzt</translation>
    </message>
    <message>
        <source>Categories</source>
        <translation>Kategorien</translation>
    </message>
    <message>
        <source>Operators</source>
        <translation>Operatoren</translation>
    </message>
    <message>
        <source>No model is open.</source>
        <translation>Es ist kein Modell geöffnet.</translation>
    </message>
    <message>
        <source>With a module</source>
        <translation>Mit Modul</translation>
    </message>
    <message>
        <source>%1 of %2 nodes have a module; %3 are orphans. Click to find them.</source>
        <translation>%1 von %2 Knoten haben ein Modul; %3 sind Waisen. Klicken, um sie zu finden.</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>Aufgezeichnet</translation>
    </message>
    <message>
        <source>%1 of %2 nodes carry what the exporter recorded. Click to find the others.</source>
        <translation>%1 von %2 Knoten tragen, was der Exporter aufgezeichnet hat. Klicken, um die anderen zu finden.</translation>
    </message>
    <message>
        <source>%1 · %2 nodes · %3 modules · mean confidence %4</source>
        <translation>%1 · %2 Knoten · %3 Module · mittlere Konfidenz %4</translation>
    </message>
    <message>
        <source>%1 · %2 covered</source>
        <translation>%1 · %2 abgedeckt</translation>
    </message>
    <message>
        <source>never ran</source>
        <translation>nie gelaufen</translation>
    </message>
    <message>
        <source>This module is in the model, but its forward was not called. Click to show it.</source>
        <translation>Dieses Modul ist im Modell, aber sein forward wurde nicht aufgerufen. Klicken, um es zu zeigen.</translation>
    </message>
    <message>
        <source>not read</source>
        <translation>nicht gelesen</translation>
    </message>
    <message>
        <source>No node reads this parameter. Click to show its module.</source>
        <translation>Kein Knoten liest diesen Parameter. Klicken, um sein Modul zu zeigen.</translation>
    </message>
    <message>
        <source>Every module ran and every parameter is read.</source>
        <translation>Jedes Modul ist gelaufen und jeder Parameter wird gelesen.</translation>
    </message>
    <message>
        <source>Looking …</source>
        <translation>Wird gesucht …</translation>
    </message>
    <message>
        <source>No orphans: every node has a module.</source>
        <translation>Keine Waisen: Jeder Knoten hat ein Modul.</translation>
    </message>
    <message>
        <source>%1 ×%2</source>
        <translation>%1 ×%2</translation>
    </message>
    <message>
        <source>About %1 of this model&apos;s nodes should be right.</source>
        <translation>Etwa %1 der Knoten dieses Modells sollten richtig sein.</translation>
    </message>
    <message>
        <source>%1 shown · %2 measured</source>
        <translation>%1 angezeigt · %2 gemessen</translation>
    </message>
    <message>
        <source>not supported</source>
        <translation>nicht unterstützt</translation>
    </message>
    <message>
        <source>Contradicting evidence</source>
        <translation>Widersprüchliche Belege</translation>
    </message>
    <message>
        <source>Different pieces of evidence name different modules. Click to find these nodes.</source>
        <translation>Verschiedene Belege nennen verschiedene Module. Klicken, um diese Knoten zu finden.</translation>
    </message>
    <message>
        <source>Warnings and errors</source>
        <translation>Warnungen und Fehler</translation>
    </message>
    <message>
        <source>Click to list the diagnostics.</source>
        <translation>Klicken, um die Diagnosen aufzulisten.</translation>
    </message>
    <message>
        <source>No unsupported operators, no contradictions, no warnings.</source>
        <translation>Keine nicht unterstützten Operatoren, keine Widersprüche, keine Warnungen.</translation>
    </message>
    <message numerus="yes">
        <source>With the decisions on %Ln node(s); the line marks the coverage before. Click to find these nodes.</source>
        <translation>
            <numerusform>Mit der Entscheidung über %Ln Knoten; der Strich zeigt die Abdeckung davor. Klicken, um ihn zu finden.</numerusform>
            <numerusform>Mit den Entscheidungen über %Ln Knoten; der Strich zeigt die Abdeckung davor. Klicken, um diese Knoten zu finden.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 · %Ln orphan(s)</source>
        <translation>
            <numerusform>%1 · %Ln Waise</numerusform>
            <numerusform>%1 · %Ln Waisen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %Ln more module(s)</source>
        <translation>
            <numerusform>und %Ln weiteres Modul</numerusform>
            <numerusform>und %Ln weitere Module</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %Ln more parameter(s)</source>
        <translation>
            <numerusform>und %Ln weiterer Parameter</numerusform>
            <numerusform>und %Ln weitere Parameter</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %Ln more operator(s)</source>
        <translation>
            <numerusform>und %Ln weiterer Operator</numerusform>
            <numerusform>und %Ln weitere Operatoren</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln node(s)</source>
        <translation>
            <numerusform>%Ln Knoten</numerusform>
            <numerusform>%Ln Knoten</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>strata::ui::DashboardText</name>
    <message>
        <source>Nothing in the file tells of modules</source>
        <translation>Nichts in der Datei spricht von Modulen</translation>
    </message>
    <message>
        <source>Stand for unsupported operators</source>
        <translation>Stehen für nicht unterstützte Operatoren</translation>
    </message>
    <message>
        <source>Hand on merged weights</source>
        <translation>Reichen zusammengelegte Gewichte weiter</translation>
    </message>
    <message>
        <source>Constants shared by modules</source>
        <translation>Konstanten, die sich Module teilen</translation>
    </message>
    <message>
        <source>Compute sizes and indices</source>
        <translation>Berechnen Größen und Indizes</translation>
    </message>
    <message>
        <source>At inputs and outputs of the graph</source>
        <translation>An Ein- und Ausgaben des Graphen</translation>
    </message>
    <message>
        <source>Between modules</source>
        <translation>Zwischen Modulen</translation>
    </message>
    <message>
        <source>Among other orphans</source>
        <translation>Unter anderen Waisen</translation>
    </message>
    <message>
        <source>attach the source model, or export it again with Strata.</source>
        <translation>das Quellmodell anhängen oder mit Strata erneut exportieren.</translation>
    </message>
    <message>
        <source>see what helps with each operator under Problems.</source>
        <translation>unter Probleme nachsehen, was bei jedem Operator hilft.</translation>
    </message>
    <message>
        <source>the exporter merged equal weights; export trained weights, or attach the source model.</source>
        <translation>der Exporter hat gleiche Gewichte zusammengelegt; trainierte Gewichte exportieren oder das Quellmodell anhängen.</translation>
    </message>
    <message>
        <source>they belong to whoever uses them; accept them, or give them to the module around their users.</source>
        <translation>sie gehören denen, die sie benutzen; annehmen, oder dem Modul um ihre Benutzer zuordnen.</translation>
    </message>
    <message>
        <source>export with fixed shapes, and most of them are folded away.</source>
        <translation>mit festen Größen exportieren, dann werden die meisten weggefaltet.</translation>
    </message>
    <message>
        <source>mostly work of the root module: give them to it in the review.</source>
        <translation>meist Arbeit des Wurzelmoduls: in der Prüfung diesem zuordnen.</translation>
    </message>
    <message>
        <source>attach the source model, or give them to a module in the review.</source>
        <translation>das Quellmodell anhängen oder sie in der Prüfung einem Modul zuordnen.</translation>
    </message>
    <message>
        <source>attach the source model: nothing near them tells of a module.</source>
        <translation>das Quellmodell anhängen: Nichts in ihrer Nähe spricht von einem Modul.</translation>
    </message>
</context>
<context>
    <name>strata::ui::DiagnosticsModel</name>
    <message>
        <source>%1 has no ONNX translation</source>
        <translation>%1 hat keine ONNX-Übersetzung</translation>
    </message>
    <message>
        <source>(root)</source>
        <translation>(Wurzel)</translation>
    </message>
    <message>
        <source>Severity</source>
        <translation>Schwere</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>Code</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Meldung</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>Wo</translation>
    </message>
</context>
<context>
    <name>strata::ui::DifferencesModel</name>
    <message>
        <source>Node</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>Gewicht</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>Ausgabe</translation>
    </message>
    <message>
        <source>Modules</source>
        <translation>Module</translation>
    </message>
    <message>
        <source>Operator set</source>
        <translation>Operatorsatz</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>Hinzugekommen</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>Entfernt</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>Geändert</translation>
    </message>
    <message>
        <source>Fused</source>
        <translation>Verschmolzen</translation>
    </message>
    <message>
        <source>Same</source>
        <translation>Gleich</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Module</source>
        <translation>Modul</translation>
    </message>
    <message>
        <source>What differs</source>
        <translation>Was sich unterscheidet</translation>
    </message>
</context>
<context>
    <name>strata::ui::DifferencesPanel</name>
    <message>
        <source>Operator</source>
        <translation>Operator</translation>
    </message>
    <message>
        <source>Module</source>
        <translation>Modul</translation>
    </message>
    <message>
        <source>Differences</source>
        <translation>Unterschiede</translation>
    </message>
    <message>
        <source>Operators</source>
        <translation>Operatoren</translation>
    </message>
    <message>
        <source>Modules</source>
        <translation>Module</translation>
    </message>
    <message>
        <source>How often each operator occurs in the two files</source>
        <translation>Wie oft jeder Operator in den beiden Dateien vorkommt</translation>
    </message>
    <message>
        <source>How many nodes lie directly in each module</source>
        <translation>Wie viele Knoten unmittelbar in jedem Modul liegen</translation>
    </message>
    <message>
        <source>Copy rows</source>
        <translation>Zeilen kopieren</translation>
    </message>
    <message>
        <source>Show or hide these differences in the list</source>
        <translation>Diese Unterschiede in der Liste zeigen oder ausblenden</translation>
    </message>
    <message>
        <source>Filter by name, module or text</source>
        <translation>Nach Name, Modul oder Text filtern</translation>
    </message>
    <message>
        <source>Filter of the differences</source>
        <translation>Filter der Unterschiede</translation>
    </message>
    <message>
        <source>The selected nodes side by side</source>
        <translation>Die ausgewählten Knoten nebeneinander</translation>
    </message>
    <message>
        <source>Differences (%1)</source>
        <translation>Unterschiede (%1)</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1 %2</translation>
    </message>
</context>
<context>
    <name>strata::ui::EmptyState</name>
    <message>
        <source>See where every ONNX node comes from</source>
        <translation>Sehen, woher jeder ONNX-Knoten kommt</translation>
    </message>
    <message>
        <source>Open a PyTorch model (.pt, .pt2) or an ONNX file,
or drop one anywhere in this window.</source>
        <translation>Ein PyTorch-Modell (.pt, .pt2) oder eine ONNX-Datei öffnen
oder irgendwo in dieses Fenster ziehen.</translation>
    </message>
    <message>
        <source>Open a model…</source>
        <translation>Modell öffnen …</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>Zuletzt geöffnet</translation>
    </message>
</context>
<context>
    <name>strata::ui::EvidenceView</name>
    <message>
        <source>Chosen</source>
        <translation>Gewählt</translation>
    </message>
    <message>
        <source>Coarser: contains the chosen module</source>
        <translation>Gröber: enthält das gewählte Modul</translation>
    </message>
    <message>
        <source>Finer: inside the chosen module</source>
        <translation>Feiner: im gewählten Modul</translation>
    </message>
    <message>
        <source>Contradicts what was chosen</source>
        <translation>Widerspricht der Wahl</translation>
    </message>
    <message>
        <source>Made-up path</source>
        <translation>Erdachter Pfad</translation>
    </message>
    <message>
        <source>The node counts as part of this module.</source>
        <translation>Der Knoten zählt zu diesem Modul.</translation>
    </message>
    <message>
        <source>This module contains the chosen one: it says the same, less exactly.</source>
        <translation>Dieses Modul enthält das gewählte: Es sagt dasselbe, weniger genau.</translation>
    </message>
    <message>
        <source>This module lies inside the chosen one.</source>
        <translation>Dieses Modul liegt im gewählten.</translation>
    </message>
    <message>
        <source>This is another module: weaker evidence that contradicts what was chosen.</source>
        <translation>Dies ist ein anderes Modul: ein schwächerer Beleg, der der Wahl widerspricht.</translation>
    </message>
    <message>
        <source>No module is known; the path only groups nodes that are alike.</source>
        <translation>Es ist kein Modul bekannt; der Pfad fasst nur gleichartige Knoten zusammen.</translation>
    </message>
    <message>
        <source>Why here?</source>
        <translation>Warum hier?</translation>
    </message>
    <message>
        <source>Nothing says which module this node belongs to.</source>
        <translation>Nichts sagt, zu welchem Modul dieser Knoten gehört.</translation>
    </message>
    <message>
        <source>Chosen by the strongest kind found: %1.</source>
        <translation>Gewählt nach der stärksten gefundenen Art: %1.</translation>
    </message>
    <message>
        <source>One other module is proposed by weaker evidence.</source>
        <translation>Schwächere Belege sprechen für ein anderes Modul.</translation>
    </message>
    <message>
        <source>%1 other modules are proposed by weaker evidence.</source>
        <translation>Schwächere Belege sprechen für %1 andere Module.</translation>
    </message>
    <message>
        <source>%1  %2</source>
        <translation>%1  %2</translation>
    </message>
    <message>
        <source>speaks for %1</source>
        <translation>spricht für %1</translation>
    </message>
</context>
<context>
    <name>strata::ui::ExportDialog</name>
    <message>
        <source>From the code where ONNX can state it; only what it cannot state follows a run of the model.</source>
        <translation>Aus dem Code, wo ONNX ihn ausdrücken kann; nur was es nicht kann, folgt einem Lauf des Modells.</translation>
    </message>
    <message>
        <source>From the code alone: holds for all inputs, branches and loops included. Nothing is run.</source>
        <translation>Allein aus dem Code: gilt für alle Eingaben, samt Verzweigungen und Schleifen. Nichts wird ausgeführt.</translation>
    </message>
    <message>
        <source>From a run of the model on its inputs: holds for inputs that take the same branches.</source>
        <translation>Aus einem Lauf des Modells mit seinen Eingaben: gilt für Eingaben, die dieselben Zweige nehmen.</translation>
    </message>
    <message>
        <source>Weights in a file of their own</source>
        <translation>Gewichte in einer eigenen Datei</translation>
    </message>
    <message>
        <source>Write the hierarchy file beside it (.hierarchy.json)</source>
        <translation>Die Hierarchiedatei daneben schreiben (.hierarchy.json)</translation>
    </message>
    <message>
        <source>Export to ONNX</source>
        <translation>Nach ONNX exportieren</translation>
    </message>
    <message>
        <source>File to write</source>
        <translation>Zu schreibende Datei</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>Datei wählen</translation>
    </message>
    <message>
        <source>Strategy</source>
        <translation>Strategie</translation>
    </message>
    <message>
        <source>Automatic (recommended)</source>
        <translation>Automatisch (empfohlen)</translation>
    </message>
    <message>
        <source>FX: from the code</source>
        <translation>FX: aus dem Code</translation>
    </message>
    <message>
        <source>HTP: from a run</source>
        <translation>HTP: aus einem Lauf</translation>
    </message>
    <message>
        <source>%1 (recommended)</source>
        <translation>%1 (empfohlen)</translation>
    </message>
    <message>
        <source>Always so when the model is larger than 2 GB</source>
        <translation>Immer so, wenn das Modell größer als 2 GB ist</translation>
    </message>
    <message>
        <source>&amp;File:</source>
        <translation>&amp;Datei:</translation>
    </message>
    <message>
        <source>&amp;Strategy:</source>
        <translation>&amp;Strategie:</translation>
    </message>
    <message>
        <source>&amp;Operator set:</source>
        <translation>&amp;Operatorsatz:</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>&amp;Exportieren</translation>
    </message>
    <message>
        <source>ONNX models (*.onnx);;All files (*)</source>
        <translation>ONNX-Modelle (*.onnx);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Say where the file goes.</source>
        <translation>Angeben, wohin die Datei soll.</translation>
    </message>
    <message>
        <source>The folder %1 does not exist.</source>
        <translation>Den Ordner %1 gibt es nicht.</translation>
    </message>
    <message>
        <source>This file exists and will be replaced.</source>
        <translation>Diese Datei gibt es schon; sie wird ersetzt.</translation>
    </message>
    <message>
        <source>The model is translated again before it is written.</source>
        <translation>Das Modell wird vor dem Schreiben erneut übersetzt.</translation>
    </message>
    <message>
        <source>For this model it chose %1.</source>
        <translation>Für dieses Modell fiel die Wahl auf %1.</translation>
    </message>
</context>
<context>
    <name>strata::ui::FileChanges</name>
    <message>
        <source>%1 has changed on disk.</source>
        <translation>%1 hat sich auf der Platte geändert.</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) have changed on disk: %1.</source>
        <translation>
            <numerusform>%n Datei hat sich auf der Platte geändert: %1.</numerusform>
            <numerusform>%n Dateien haben sich auf der Platte geändert: %1.</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 is gone: deleted, renamed or moved. The window still shows what was read.</source>
        <translation>%1 ist weg: gelöscht, umbenannt oder verschoben. Das Fenster zeigt weiter, was gelesen wurde.</translation>
    </message>
    <message>
        <source>Reload</source>
        <translation>Neu laden</translation>
    </message>
    <message>
        <source>Ignore</source>
        <translation>Ignorieren</translation>
    </message>
</context>
<context>
    <name>strata::ui::FilterPanel</name>
    <message>
        <source>Only contradicted nodes</source>
        <translation>Nur Knoten mit Widersprüchen</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Nodes for which pieces of evidence name different modules</source>
        <translation>Knoten, für die Belege verschiedene Module nennen</translation>
    </message>
    <message>
        <source>The filter as a query</source>
        <translation>Der Filter als Abfrage</translation>
    </message>
    <message>
        <source>List the nodes that are left</source>
        <translation>Die übrigen Knoten auflisten</translation>
    </message>
    <message>
        <source>Put the filter into the search box</source>
        <translation>Den Filter ins Suchfeld übernehmen</translation>
    </message>
    <message>
        <source>Filter nothing</source>
        <translation>Nichts filtern</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Konfidenz</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>Belege</translation>
    </message>
    <message>
        <source>Category</source>
        <translation>Kategorie</translation>
    </message>
    <message>
        <source>Filtered</source>
        <translation>Gefiltert</translation>
    </message>
    <message>
        <source>Open a model to filter its nodes.</source>
        <translation>Ein Modell öffnen, um seine Knoten zu filtern.</translation>
    </message>
    <message>
        <source>%1 of %2 nodes</source>
        <translation>%1 von %2 Knoten</translation>
    </message>
    <message>
        <source>All %1 nodes</source>
        <translation>Alle %1 Knoten</translation>
    </message>
</context>
<context>
    <name>strata::ui::HeatMap</name>
    <message>
        <source>Values of a plane as colours</source>
        <translation>Werte einer Ebene als Farben</translation>
    </message>
    <message>
        <source>%1 rows, %2 columns, from %3 to %4</source>
        <translation>%1 Zeilen, %2 Spalten, von %3 bis %4</translation>
    </message>
    <message>
        <source>%1–%2</source>
        <translation>%1–%2</translation>
    </message>
    <message>
        <source>[%1, %2]: mean %3</source>
        <translation>[%1, %2]: Mittel %3</translation>
    </message>
    <message>
        <source>[%1, %2]: %3</source>
        <translation>[%1, %2]: %3</translation>
    </message>
</context>
<context>
    <name>strata::ui::InputsDialog</name>
    <message>
        <source>Inputs of the model</source>
        <translation>Eingaben des Modells</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Typ</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>Form</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>A shape is written as sizes with commas: 1, 3, 224, 224. A name in place of a size makes the axis dynamic: batch, 3, 224, 224. An optional input without a shape is left out.</source>
        <translation>Eine Form wird als Größen mit Kommas geschrieben: 1, 3, 224, 224. Ein Name statt einer Größe macht die Achse dynamisch: batch, 3, 224, 224. Eine optionale Eingabe ohne Form wird weggelassen.</translation>
    </message>
    <message>
        <source>What is wrong with the inputs</source>
        <translation>Was an den Eingaben falsch ist</translation>
    </message>
    <message>
        <source>&amp;Use these inputs</source>
        <translation>Diese Eingaben &amp;benutzen</translation>
    </message>
    <message>
        <source>Load a &amp;file…</source>
        <translation>&amp;Datei laden …</translation>
    </message>
    <message>
        <source>A .npz, .npy or TensorProto file</source>
        <translation>Eine .npz-, .npy- oder TensorProto-Datei</translation>
    </message>
    <message>
        <source>Load a f&amp;older…</source>
        <translation>&amp;Ordner laden …</translation>
    </message>
    <message>
        <source>A folder with input_0.pb, input_1.pb, … or with .npy files</source>
        <translation>Ein Ordner mit input_0.pb, input_1.pb, … oder mit .npy-Dateien</translation>
    </message>
    <message>
        <source>&amp;Add an item</source>
        <translation>Eintrag &amp;hinzufügen</translation>
    </message>
    <message>
        <source>An item of a list or dict: states.0, batch.image</source>
        <translation>Ein Eintrag einer Liste oder eines Wörterbuchs: states.0, batch.image</translation>
    </message>
    <message>
        <source>given here</source>
        <translation>hier angegeben</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>leer</translation>
    </message>
    <message>
        <source>Row %1 has no name.</source>
        <translation>Zeile %1 hat keinen Namen.</translation>
    </message>
    <message>
        <source>%1 is there twice.</source>
        <translation>%1 kommt zweimal vor.</translation>
    </message>
    <message>
        <source>%1: &apos;%2&apos; is not a type; float32 and int64 are.</source>
        <translation>%1: „%2“ ist kein Typ; float32 und int64 sind welche.</translation>
    </message>
    <message>
        <source>%1: &apos;%2&apos; is not a shape. Write sizes or names with commas: batch, 3, 224.</source>
        <translation>%1: „%2“ ist keine Form. Größen oder Namen mit Kommas schreiben: batch, 3, 224.</translation>
    </message>
    <message>
        <source>All sizes are fixed.</source>
        <translation>Alle Größen sind fest.</translation>
    </message>
    <message>
        <source>The model runs on %1.</source>
        <translation>Das Modell läuft mit %1.</translation>
    </message>
    <message>
        <source>Sizes to try: %1.</source>
        <translation>Größen zum Ausprobieren: %1.</translation>
    </message>
    <message>
        <source>Dynamic axes: %1</source>
        <translation>Dynamische Achsen: %1</translation>
    </message>
    <message>
        <source>from the file</source>
        <translation>aus der Datei</translation>
    </message>
    <message>
        <source>Load inputs</source>
        <translation>Eingaben laden</translation>
    </message>
    <message>
        <source>Arrays (*.npz *.npy *.pb);;All files (*)</source>
        <translation>Arrays (*.npz *.npy *.pb);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Load inputs from a folder</source>
        <translation>Eingaben aus einem Ordner laden</translation>
    </message>
</context>
<context>
    <name>strata::ui::InspectorPanel</name>
    <message>
        <source>Inputs of the model</source>
        <translation>Eingaben des Modells</translation>
    </message>
    <message>
        <source>Parameters, buffers and constants that are read</source>
        <translation>Parameter, Puffer und Konstanten, die gelesen werden</translation>
    </message>
    <message>
        <source>Calls of PyTorch&apos;s functions</source>
        <translation>Aufrufe von Funktionen von PyTorch</translation>
    </message>
    <message>
        <source>Calls of a tensor&apos;s methods</source>
        <translation>Aufrufe von Methoden eines Tensors</translation>
    </message>
    <message>
        <source>Calls of modules inside</source>
        <translation>Aufrufe von Modulen darin</translation>
    </message>
    <message>
        <source>What the model returns</source>
        <translation>Was das Modell zurückgibt</translation>
    </message>
    <message>
        <source>Why here?</source>
        <translation>Warum hier?</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>Eingaben</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>Ausgaben</translation>
    </message>
    <message>
        <source>Attributes</source>
        <translation>Attribute</translation>
    </message>
    <message>
        <source>Origin in PyTorch</source>
        <translation>Ursprung in PyTorch</translation>
    </message>
    <message>
        <source>Nodes by operator</source>
        <translation>Knoten nach Operator</translation>
    </message>
    <message>
        <source>FX nodes by kind</source>
        <translation>FX-Knoten nach Art</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>Inspektor</translation>
    </message>
    <message>
        <source>What PyTorch&apos;s graph of this module consists of, modules inside it included</source>
        <translation>Woraus der PyTorch-Graph dieses Moduls besteht, samt den Modulen darin</translation>
    </message>
    <message>
        <source>Open a model, then select a node or a module.</source>
        <translation>Ein Modell öffnen, dann einen Knoten oder ein Modul auswählen.</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Producer</source>
        <translation>Erzeuger</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>ONNX nodes</source>
        <translation>ONNX-Knoten</translation>
    </message>
    <message>
        <source>Operator sets</source>
        <translation>Operatorsätze</translation>
    </message>
    <message>
        <source>Modules</source>
        <translation>Module</translation>
    </message>
    <message>
        <source>Source model</source>
        <translation>Quellmodell</translation>
    </message>
    <message>
        <source>Strategy</source>
        <translation>Strategie</translation>
    </message>
    <message>
        <source>Written to</source>
        <translation>Geschrieben nach</translation>
    </message>
    <message>
        <source>Hash</source>
        <translation>Hash</translation>
    </message>
    <message>
        <source>ONNX operator · %1 %2</source>
        <translation>ONNX-Operator · %1 %2</translation>
    </message>
    <message>
        <source>ONNX operator · %1</source>
        <translation>ONNX-Operator · %1</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Konfidenz</translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <translation>%1 · %2</translation>
    </message>
    <message>
        <source>Module</source>
        <translation>Modul</translation>
    </message>
    <message>
        <source>Show this module</source>
        <translation>Dieses Modul zeigen</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Klasse</translation>
    </message>
    <message>
        <source>Tag</source>
        <translation>Kennzeichen</translation>
    </message>
    <message>
        <source>Call</source>
        <translation>Aufruf</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Made-up path</source>
        <translation>Erdachter Pfad</translation>
    </message>
    <message>
        <source>No module is known for this node.</source>
        <translation>Für diesen Knoten ist kein Modul bekannt.</translation>
    </message>
    <message>
        <source>Category</source>
        <translation>Kategorie</translation>
    </message>
    <message>
        <source>FX nodes</source>
        <translation>FX-Knoten</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>Stelle</translation>
    </message>
    <message>
        <source>Overload</source>
        <translation>Überladung</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Hinweise</translation>
    </message>
    <message>
        <source>Inputs (%1)</source>
        <translation>Eingaben (%1)</translation>
    </message>
    <message>
        <source>Outputs (%1)</source>
        <translation>Ausgaben (%1)</translation>
    </message>
    <message>
        <source>Module · inferred from names</source>
        <translation>Modul · aus Namen erschlossen</translation>
    </message>
    <message>
        <source>Path</source>
        <translation>Pfad</translation>
    </message>
    <message>
        <source>Inside</source>
        <translation>In</translation>
    </message>
    <message>
        <source>Same as</source>
        <translation>Dasselbe wie</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Calls</source>
        <translation>Aufrufe</translation>
    </message>
    <message>
        <source>never called itself</source>
        <translation>selbst nie aufgerufen</translation>
    </message>
    <message>
        <source>Coverage</source>
        <translation>Abdeckung</translation>
    </message>
    <message>
        <source>%1 · confidence %2</source>
        <translation>%1 · Konfidenz %2</translation>
    </message>
    <message>
        <source>Orphans</source>
        <translation>Waisen</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>%1, %2 of the run</source>
        <translation>%1, %2 des Laufs</translation>
    </message>
    <message>
        <source>Measured, with everything in it; of operators that have a module</source>
        <translation>Gemessen, mit allem darin; von Operatoren, die ein Modul haben</translation>
    </message>
    <message>
        <source>Repeated</source>
        <translation>Wiederholt</translation>
    </message>
    <message>
        <source>%1 of this class side by side</source>
        <translation>%1 dieser Klasse nebeneinander</translation>
    </message>
    <message>
        <source>FLOPs</source>
        <translation>FLOPs</translation>
    </message>
    <message>
        <source>at least %1</source>
        <translation>mindestens %1</translation>
    </message>
    <message>
        <source>shapes are not known</source>
        <translation>Formen sind nicht bekannt</translation>
    </message>
    <message>
        <source>Floating point operations of one pass: two for each product that MatMul, Gemm, Conv and ConvTranspose add up; other operators are not counted. Without known shapes: %1 nodes.</source>
        <translation>Gleitkommaoperationen eines Durchlaufs: zwei für jedes Produkt, das MatMul, Gemm, Conv und ConvTranspose aufsummieren; andere Operatoren zählen nicht. Ohne bekannte Formen: %1 Knoten.</translation>
    </message>
</context>
<context>
    <name>strata::ui::JobStrip</name>
    <message numerus="yes">
        <source>about %n second(s) left</source>
        <translation>
            <numerusform>noch etwa %n Sekunde</numerusform>
            <numerusform>noch etwa %n Sekunden</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s) left</source>
        <translation>
            <numerusform>noch etwa %n Minute</numerusform>
            <numerusform>noch etwa %n Minuten</numerusform>
        </translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stop this job (Esc)</source>
        <translation>Diese Aufgabe anhalten (Esc)</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1 – %2</source>
        <translation>%1 – %2</translation>
    </message>
</context>
<context>
    <name>strata::ui::LocatorModel</name>
    <message>
        <source>Action</source>
        <translation>Aktion</translation>
    </message>
    <message>
        <source>Module</source>
        <translation>Modul</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Initializer</source>
        <translation>Initialisierer</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Operator</translation>
    </message>
    <message>
        <source>Diagnostic</source>
        <translation>Diagnose</translation>
    </message>
</context>
<context>
    <name>strata::ui::LocatorPopup</name>
    <message>
        <source>Find anything</source>
        <translation>Alles finden</translation>
    </message>
    <message>
        <source>Find modules, nodes, values, weights, operators, actions …</source>
        <translation>Module, Knoten, Werte, Gewichte, Operatoren, Aktionen finden …</translation>
    </message>
    <message>
        <source>What was found</source>
        <translation>Was gefunden wurde</translation>
    </message>
    <message>
        <source>Begin with  m  for modules, n  nodes, i  initializers, v  values, o  operators, d  diagnostics, &gt;  actions</source>
        <translation>Mit  m  beginnen für Module, n  Knoten, i  Initialisierer, v  Werte, o  Operatoren, d  Diagnosen, &gt;  Aktionen</translation>
    </message>
    <message>
        <source>Nothing found. A few letters of a name are enough, in their order.</source>
        <translation>Nichts gefunden. Einige Buchstaben eines Namens genügen, in ihrer Reihenfolge.</translation>
    </message>
</context>
<context>
    <name>strata::ui::MainWindow</name>
    <message>
        <source>Values saved to %1</source>
        <translation>Werte nach %1 gespeichert</translation>
    </message>
    <message>
        <source>Modules</source>
        <translation>Module</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>Inspektor</translation>
    </message>
    <message>
        <source>Coverage</source>
        <translation>Abdeckung</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>The graph could not be drawn. %1</source>
        <translation>Der Graph konnte nicht gezeichnet werden. %1</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>Ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>&amp;Export to ONNX…</source>
        <translation>Nach ONNX &amp;exportieren …</translation>
    </message>
    <message>
        <source>&amp;Inputs…</source>
        <translation>Ein&amp;gaben …</translation>
    </message>
    <message>
        <source>Re&amp;load</source>
        <translation>&amp;Neu laden</translation>
    </message>
    <message>
        <source>Cancel the running &amp;job</source>
        <translation>Laufende &amp;Aufgabe abbrechen</translation>
    </message>
    <message>
        <source>&amp;Close the model</source>
        <translation>Modell &amp;schließen</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>&amp;Vergrößern</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>Ver&amp;kleinern</translation>
    </message>
    <message>
        <source>&amp;Fit the graph</source>
        <translation>Graphen ein&amp;passen</translation>
    </message>
    <message>
        <source>&amp;Expand all</source>
        <translation>Alles &amp;aufklappen</translation>
    </message>
    <message>
        <source>&amp;Collapse all</source>
        <translation>Alles &amp;zuklappen</translation>
    </message>
    <message>
        <source>&amp;Panels</source>
        <translation>Be&amp;reiche</translation>
    </message>
    <message>
        <source>&amp;Legend</source>
        <translation>&amp;Legende</translation>
    </message>
    <message>
        <source>O&amp;verview</source>
        <translation>Ü&amp;bersicht</translation>
    </message>
    <message>
        <source>Colo&amp;urs</source>
        <translation>&amp;Farben</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>Farb&amp;schema</translation>
    </message>
    <message>
        <source>&amp;System</source>
        <translation>&amp;System</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>&amp;Hell</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>&amp;Dunkel</translation>
    </message>
    <message>
        <source>The language changes with the next start.</source>
        <translation>Die Sprache wechselt beim nächsten Start.</translation>
    </message>
    <message>
        <source>&amp;Navigate</source>
        <translation>&amp;Navigation</translation>
    </message>
    <message>
        <source>Find &amp;anything</source>
        <translation>&amp;Alles finden</translation>
    </message>
    <message>
        <source>&amp;Search nodes</source>
        <translation>Knoten &amp;suchen</translation>
    </message>
    <message>
        <source>Next &amp;found node</source>
        <translation>Nächster &amp;gefundener Knoten</translation>
    </message>
    <message>
        <source>P&amp;revious found node</source>
        <translation>Vo&amp;riger gefundener Knoten</translation>
    </message>
    <message>
        <source>&amp;Next orphan</source>
        <translation>&amp;Nächste Waise</translation>
    </message>
    <message>
        <source>&amp;Previous orphan</source>
        <translation>&amp;Vorige Waise</translation>
    </message>
    <message>
        <source>&amp;Go to the graph</source>
        <translation>Z&amp;um Graphen</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>&amp;Tastenkürzel</translation>
    </message>
    <message>
        <source>&amp;About Strata</source>
        <translation>&amp;Über Strata</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Only PyTorch models are exported; this file is ONNX already.</source>
        <translation>Nur PyTorch-Modelle werden exportiert; diese Datei ist schon ONNX.</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>Modell öffnen</translation>
    </message>
    <message>
        <source>Models (*.pt *.pth *.pt2 *.ts *.onnx);;PyTorch models (*.pt *.pth *.pt2 *.ts);;ONNX models (*.onnx);;All files (*)</source>
        <translation>Modelle (*.pt *.pth *.pt2 *.ts *.onnx);;PyTorch-Modelle (*.pt *.pth *.pt2 *.ts);;ONNX-Modelle (*.onnx);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>About Strata</source>
        <translation>Über Strata</translation>
    </message>
    <message>
        <source>Exports PyTorch models to ONNX with the module hierarchy of every node, and shows for any ONNX file which module each node belongs to and how sure that is.&lt;p&gt;Licensed under the Apache License 2.0.&lt;/p&gt;</source>
        <translation>Exportiert PyTorch-Modelle nach ONNX, mit der Modulhierarchie jedes Knotens, und zeigt für jede ONNX-Datei, zu welchem Modul jeder Knoten gehört und wie sicher das ist.&lt;p&gt;Unter der Apache-Lizenz 2.0.&lt;/p&gt;</translation>
    </message>
    <message>
        <source>Co&amp;mpare with…</source>
        <translation>&amp;Vergleichen mit …</translation>
    </message>
    <message>
        <source>&amp;Why here?</source>
        <translation>&amp;Warum hier?</translation>
    </message>
    <message>
        <source>Shows what speaks for the selected node&apos;s module, and what against it.</source>
        <translation>Zeigt, was für das Modul des ausgewählten Knotens spricht und was dagegen.</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Filter by evidence, confidence and category (%1)</source>
        <translation>Nach Belegen, Konfidenz und Kategorie filtern (%1)</translation>
    </message>
    <message>
        <source>Filter (on)</source>
        <translation>Filter (an)</translation>
    </message>
    <message>
        <source>Compare %1 with</source>
        <translation>%1 vergleichen mit</translation>
    </message>
    <message>
        <source>Models (*.onnx *.pt *.pth *.pt2 *.ts);;ONNX models (*.onnx);;All files (*)</source>
        <translation>Modelle (*.onnx *.pt *.pth *.pt2 *.ts);;ONNX-Modelle (*.onnx);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Attach %1 as the source model</source>
        <translation>%1 als Quellmodell anhängen</translation>
    </message>
    <message>
        <source>Compare with %1</source>
        <translation>Mit %1 vergleichen</translation>
    </message>
    <message>
        <source>Open %1 instead</source>
        <translation>Stattdessen %1 öffnen</translation>
    </message>
    <message>
        <source>Cancelled: %1</source>
        <translation>Abgebrochen: %1</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Modell wählen</translation>
    </message>
    <message>
        <source>%1 holds %2 models. Open:</source>
        <translation>%1 enthält %2 Modelle. Zu öffnen:</translation>
    </message>
    <message>
        <source>Opening %1</source>
        <translation>%1 wird geöffnet</translation>
    </message>
    <message>
        <source>%1 could not be opened.</source>
        <translation>%1 konnte nicht geöffnet werden.</translation>
    </message>
    <message>
        <source>Exporting %1</source>
        <translation>%1 wird exportiert</translation>
    </message>
    <message>
        <source>%1 could not be written.</source>
        <translation>%1 konnte nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>Problems (%1)</source>
        <translation>Probleme (%1)</translation>
    </message>
    <message>
        <source>Strata</source>
        <translation>Strata</translation>
    </message>
    <message>
        <source>%1[*] – Strata</source>
        <translation>%1[*] – Strata</translation>
    </message>
    <message>
        <source>Source: %1</source>
        <translation>Quelle: %1</translation>
    </message>
    <message>
        <source>Modules: %1</source>
        <translation>Module: %1</translation>
    </message>
    <message>
        <source>Nodes: %1</source>
        <translation>Knoten: %1</translation>
    </message>
    <message>
        <source>Coverage: %1</source>
        <translation>Abdeckung: %1</translation>
    </message>
    <message>
        <source>Orphans: %1</source>
        <translation>Waisen: %1</translation>
    </message>
    <message>
        <source>Kind of failure: %1</source>
        <translation>Art des Fehlers: %1</translation>
    </message>
    <message>
        <source>The file does not say which inputs it takes; types and shapes were assumed: %1.</source>
        <translation>Die Datei sagt nicht, welche Eingaben sie nimmt; Typen und Formen wurden angenommen: %1.</translation>
    </message>
    <message>
        <source>Inputs…</source>
        <translation>Eingaben …</translation>
    </message>
    <message>
        <source>Some operators of this model have no ONNX translation: %1. The graph shows where.</source>
        <translation>Einige Operatoren dieses Modells haben keine ONNX-Übersetzung: %1. Der Graph zeigt, wo.</translation>
    </message>
    <message>
        <source>Show them</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>Open sidecar</source>
        <translation>Begleitdatei öffnen</translation>
    </message>
    <message>
        <source>Exported to %1</source>
        <translation>Nach %1 exportiert</translation>
    </message>
    <message>
        <source>L&amp;anguage</source>
        <translation>Spra&amp;che</translation>
    </message>
    <message>
        <source>Find a mo&amp;dule</source>
        <translation>&amp;Modul finden</translation>
    </message>
    <message>
        <source>Measure &amp;times</source>
        <translation>Zeiten &amp;messen</translation>
    </message>
    <message>
        <source>Runs the PyTorch model and measures every operator: colours by execution time.</source>
        <translation>Führt das PyTorch-Modell aus und misst jeden Operator: für Farben nach Laufzeit.</translation>
    </message>
    <message>
        <source>Write a re&amp;port…</source>
        <translation>Beric&amp;ht schreiben…</translation>
    </message>
    <message>
        <source>Writing %1</source>
        <translation>%1 wird geschrieben</translation>
    </message>
    <message>
        <source>The report is in %1</source>
        <translation>Der Bericht steht in %1</translation>
    </message>
    <message>
        <source>More tools</source>
        <translation>Weitere Werkzeuge</translation>
    </message>
    <message>
        <source>Compare nodes with P&amp;yTorch</source>
        <translation>&amp;Knoten mit PyTorch vergleichen</translation>
    </message>
    <message>
        <source>Runs the model in PyTorch and its export in ONNX Runtime, and colours every node by how far its numbers are apart.</source>
        <translation>Führt das Modell in PyTorch und seinen Export in ONNX Runtime aus und färbt jeden Knoten danach, wie weit die Zahlen auseinanderliegen.</translation>
    </message>
    <message>
        <source>All %1 nodes that can be compared agree with PyTorch.</source>
        <translation>Alle %1 Knoten, die sich vergleichen lassen, stimmen mit PyTorch überein.</translation>
    </message>
    <message>
        <source>%1 of %2 nodes that were compared differ from PyTorch.</source>
        <translation>%1 von %2 verglichenen Knoten weichen von PyTorch ab.</translation>
    </message>
    <message>
        <source>Show the first</source>
        <translation>Den ersten zeigen</translation>
    </message>
</context>
<context>
    <name>strata::ui::MessageBar</name>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Copy the message</source>
        <translation>Meldung kopieren</translation>
    </message>
    <message>
        <source>Close the message</source>
        <translation>Meldung schließen</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Meldung</translation>
    </message>
    <message>
        <source>Details of the message</source>
        <translation>Einzelheiten der Meldung</translation>
    </message>
</context>
<context>
    <name>strata::ui::ModuleIcicle</name>
    <message>
        <source>Modules by number of nodes</source>
        <translation>Module nach Zahl der Knoten</translation>
    </message>
    <message>
        <source>%1 nodes, mean confidence %2</source>
        <translation>%1 Knoten, mittlere Konfidenz %2</translation>
    </message>
    <message>
        <source>Click shows it in the graph, Ctrl+click widens it.</source>
        <translation>Klicken zeigt es im Graphen, Strg+Klick verbreitert es.</translation>
    </message>
</context>
<context>
    <name>strata::ui::ModulePanel</name>
    <message>
        <source>Filter by name, class or operator</source>
        <translation>Nach Name, Klasse oder Operator filtern</translation>
    </message>
    <message>
        <source>Filter of the module tree</source>
        <translation>Filter des Modulbaums</translation>
    </message>
    <message>
        <source>Module tree</source>
        <translation>Modulbaum</translation>
    </message>
    <message>
        <source>Expand all modules</source>
        <translation>Alle Module aufklappen</translation>
    </message>
    <message>
        <source>Collapse all modules</source>
        <translation>Alle Module zuklappen</translation>
    </message>
</context>
<context>
    <name>strata::ui::ModulePicker</name>
    <message>
        <source>Choose a module</source>
        <translation>Modul wählen</translation>
    </message>
    <message>
        <source>Modules</source>
        <translation>Module</translation>
    </message>
    <message>
        <source>%1   %2</source>
        <translation>%1   %2</translation>
    </message>
</context>
<context>
    <name>strata::ui::ModuleTreeModel</name>
    <message>
        <source>Class: %1</source>
        <translation>Klasse: %1</translation>
    </message>
    <message>
        <source>Parameters: %1</source>
        <translation>Parameter: %1</translation>
    </message>
    <message>
        <source>ONNX nodes: %1</source>
        <translation>ONNX-Knoten: %1</translation>
    </message>
    <message>
        <source>Without a module: %1</source>
        <translation>Ohne Modul: %1</translation>
    </message>
    <message>
        <source>No ONNX node belongs to it</source>
        <translation>Kein ONNX-Knoten gehört dazu</translation>
    </message>
    <message>
        <source>The same instance as %1</source>
        <translation>Dieselbe Instanz wie %1</translation>
    </message>
    <message>
        <source>Inferred from names in the file</source>
        <translation>Aus Namen in der Datei erschlossen</translation>
    </message>
    <message>
        <source>Elements of the parameters of the module and of all modules in it</source>
        <translation>Elemente der Parameter des Moduls und aller Module darin</translation>
    </message>
    <message>
        <source>ONNX nodes of the module and of all modules in it</source>
        <translation>ONNX-Knoten des Moduls und aller Module darin</translation>
    </message>
    <message>
        <source>Share of these nodes that have a real module path</source>
        <translation>Anteil dieser Knoten mit einem echten Modulpfad</translation>
    </message>
    <message>
        <source>Mean confidence of these nodes</source>
        <translation>Mittlere Konfidenz dieser Knoten</translation>
    </message>
    <message>
        <source>Module</source>
        <translation>Modul</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>Klasse</translation>
    </message>
    <message>
        <source>Params</source>
        <translation>Param.</translation>
    </message>
    <message>
        <source>Nodes</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Coverage</source>
        <translation>Abdeckung</translation>
    </message>
    <message>
        <source>Conf.</source>
        <translation>Konf.</translation>
    </message>
</context>
<context>
    <name>strata::ui::NodeListModel</name>
    <message>
        <source>Node</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Operator</translation>
    </message>
    <message>
        <source>Module</source>
        <translation>Modul</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Konfidenz</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>Belege</translation>
    </message>
</context>
<context>
    <name>strata::ui::NodePairModel</name>
    <message>
        <source>Operator</source>
        <translation>Operator</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Module</source>
        <translation>Modul</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Konfidenz</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>Eingaben</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>Ausgaben</translation>
    </message>
    <message>
        <source>%1 differs</source>
        <translation>%1 unterscheidet sich</translation>
    </message>
    <message>
        <source>Selected node</source>
        <translation>Ausgewählter Knoten</translation>
    </message>
    <message>
        <source>First</source>
        <translation>Erste</translation>
    </message>
    <message>
        <source>Second</source>
        <translation>Zweite</translation>
    </message>
</context>
<context>
    <name>strata::ui::NodeValuesModel</name>
    <message>
        <source>initializer</source>
        <translation>Initialisierer</translation>
    </message>
    <message>
        <source>from %1</source>
        <translation>von %1</translation>
    </message>
    <message>
        <source>graph input</source>
        <translation>Eingabe des Graphen</translation>
    </message>
    <message>
        <source>to %1</source>
        <translation>an %1</translation>
    </message>
    <message>
        <source>to %1 nodes</source>
        <translation>an %1 Knoten</translation>
    </message>
    <message>
        <source>graph output</source>
        <translation>Ausgabe des Graphen</translation>
    </message>
    <message>
        <source>not used</source>
        <translation>nicht benutzt</translation>
    </message>
    <message>
        <source>#</source>
        <translation>#</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Typ</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>To</source>
        <translation>An</translation>
    </message>
</context>
<context>
    <name>strata::ui::OrphanModel</name>
    <message>
        <source>Node</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Operator</translation>
    </message>
    <message>
        <source>Made-up path</source>
        <translation>Erdachter Pfad</translation>
    </message>
    <message>
        <source>Place in the file</source>
        <translation>Stelle in der Datei</translation>
    </message>
</context>
<context>
    <name>strata::ui::Places</name>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>F&amp;orward</source>
        <translation>V&amp;orwärts</translation>
    </message>
    <message>
        <source>Book&amp;marks</source>
        <translation>&amp;Lesezeichen</translation>
    </message>
    <message>
        <source>&amp;Bookmark this</source>
        <translation>&amp;Lesezeichen hierfür</translation>
    </message>
    <message>
        <source>No bookmark any more: %1</source>
        <translation>Kein Lesezeichen mehr: %1</translation>
    </message>
    <message>
        <source>Bookmarked: %1</source>
        <translation>Lesezeichen: %1</translation>
    </message>
    <message>
        <source>The model has no “%1” any more.</source>
        <translation>Das Modell hat kein „%1“ mehr.</translation>
    </message>
    <message>
        <source>(root)</source>
        <translation>(Wurzel)</translation>
    </message>
    <message>
        <source>Remove the &amp;bookmark</source>
        <translation>&amp;Lesezeichen entfernen</translation>
    </message>
</context>
<context>
    <name>strata::ui::ProblemsPanel</name>
    <message>
        <source>Open a model to see its problems here.</source>
        <translation>Ein Modell öffnen, um hier seine Probleme zu sehen.</translation>
    </message>
    <message>
        <source>No orphans: every node has a module.</source>
        <translation>Keine Waisen: Jeder Knoten hat ein Modul.</translation>
    </message>
    <message>
        <source>Nothing to report.</source>
        <translation>Nichts zu berichten.</translation>
    </message>
    <message>
        <source>Click a figure in the coverage panel to list its nodes here.</source>
        <translation>Eine Zahl im Bereich Abdeckung anklicken, um hier ihre Knoten aufzulisten.</translation>
    </message>
    <message>
        <source>Nothing here passes the filter.</source>
        <translation>Nichts hier kommt durch den Filter.</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>Orphans</source>
        <translation>Waisen</translation>
    </message>
    <message>
        <source>Diagnostics</source>
        <translation>Diagnosen</translation>
    </message>
    <message>
        <source>Nodes</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Copy rows</source>
        <translation>Zeilen kopieren</translation>
    </message>
    <message>
        <source>Filter by text</source>
        <translation>Nach Text filtern</translation>
    </message>
    <message>
        <source>Filter diagnostics by text</source>
        <translation>Diagnosen nach Text filtern</translation>
    </message>
    <message>
        <source>Least severity</source>
        <translation>Geringste Schwere</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>Warnings and errors</source>
        <translation>Warnungen und Fehler</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>%1 (%2 of %3)</source>
        <translation>%1 (%2 von %3)</translation>
    </message>
    <message>
        <source>No orphan passes the filter.</source>
        <translation>Keine Waise kommt durch den Filter.</translation>
    </message>
    <message>
        <source>Orphan %1 of %2</source>
        <translation>Waise %1 von %2</translation>
    </message>
    <message>
        <source>%1, from the beginning again</source>
        <translation>%1, wieder von vorn</translation>
    </message>
    <message>
        <source>%1, from the end again</source>
        <translation>%1, wieder von hinten</translation>
    </message>
</context>
<context>
    <name>strata::ui::ProfileFacts</name>
    <message>
        <source>Values</source>
        <translation>Werte</translation>
    </message>
    <message>
        <source>%1 to %2, mean %3</source>
        <translation>%1 bis %2, Mittel %3</translation>
    </message>
    <message>
        <source>Of the first output, in the run that was measured</source>
        <translation>Der ersten Ausgabe, in dem gemessenen Lauf</translation>
    </message>
    <message>
        <source>Not finite</source>
        <translation>Nicht endlich</translation>
    </message>
    <message>
        <source>%1 NaN, %2 infinite</source>
        <translation>%1 NaN, %2 unendlich</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>%1 in %2 runs</source>
        <translation>%1 in %2 Läufen</translation>
    </message>
    <message>
        <source>Of the PyTorch operator %1, with all nodes that it became</source>
        <translation>Des PyTorch-Operators %1, mit allen Knoten, die aus ihm wurden</translation>
    </message>
    <message>
        <source>The first output in ONNX Runtime against PyTorch&apos;s %1, in one run of both</source>
        <translation>Die erste Ausgabe in ONNX Runtime gegen %1 von PyTorch, in einem Lauf von beiden</translation>
    </message>
    <message>
        <source>From PyTorch</source>
        <translation>Von PyTorch</translation>
    </message>
    <message>
        <source>equal</source>
        <translation>gleich</translation>
    </message>
    <message>
        <source>%1 at most, %2 of the largest element</source>
        <translation>höchstens %1, das sind %2 des größten Elements</translation>
    </message>
    <message>
        <source>infinitely far: other shapes, or NaN</source>
        <translation>unendlich weit: andere Formen oder NaN</translation>
    </message>
    <message>
        <source>Agrees</source>
        <translation>Stimmt überein</translation>
    </message>
    <message>
        <source>no: beyond the tolerances</source>
        <translation>nein: außerhalb der Toleranzen</translation>
    </message>
</context>
<context>
    <name>strata::ui::RangeBar</name>
    <message>
        <source>Range of confidence</source>
        <translation>Bereich der Konfidenz</translation>
    </message>
    <message>
        <source>Drag the handles to choose from where to where; a double click shows all</source>
        <translation>Die Griffe ziehen, um zu wählen, von wo bis wo; Doppelklick zeigt alles</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
</context>
<context>
    <name>strata::ui::RecentFiles</name>
    <message>
        <source>%1 (missing)</source>
        <translation>%1 (fehlt)</translation>
    </message>
    <message>
        <source>No files yet</source>
        <translation>Noch keine Dateien</translation>
    </message>
    <message>
        <source>Clear this list</source>
        <translation>Liste leeren</translation>
    </message>
</context>
<context>
    <name>strata::ui::ReportDialog</name>
    <message>
        <source>HTML page</source>
        <translation>HTML-Seite</translation>
    </message>
    <message>
        <source>One file for every browser, with tables that sort and filter.</source>
        <translation>Eine Datei für jeden Browser, mit Tabellen, die sich sortieren und filtern lassen.</translation>
    </message>
    <message>
        <source>PDF</source>
        <translation>PDF</translation>
    </message>
    <message>
        <source>To print or sign off: the graph, figures, modules, orphans.</source>
        <translation>Zum Drucken oder Freigeben: der Graph, Zahlen, Module, Waisen.</translation>
    </message>
    <message>
        <source>Markdown</source>
        <translation>Markdown</translation>
    </message>
    <message>
        <source>Text for a merge request or a wiki.</source>
        <translation>Text für einen Merge-Request oder ein Wiki.</translation>
    </message>
    <message>
        <source>CSV table</source>
        <translation>CSV-Tabelle</translation>
    </message>
    <message>
        <source>One line for each node.</source>
        <translation>Eine Zeile je Knoten.</translation>
    </message>
    <message>
        <source>JSON</source>
        <translation>JSON</translation>
    </message>
    <message>
        <source>Everything, for programs: what exports write beside the model.</source>
        <translation>Alles, für Programme: was Exporte neben das Modell schreiben.</translation>
    </message>
    <message>
        <source>GraphML</source>
        <translation>GraphML</translation>
    </message>
    <message>
        <source>Nested graphs for yEd and Gephi.</source>
        <translation>Verschachtelte Graphen für yEd und Gephi.</translation>
    </message>
    <message>
        <source>DOT</source>
        <translation>DOT</translation>
    </message>
    <message>
        <source>Clusters for Graphviz.</source>
        <translation>Gruppen für Graphviz.</translation>
    </message>
    <message>
        <source>SVG picture</source>
        <translation>SVG-Bild</translation>
    </message>
    <message>
        <source>The graph as it is drawn now, sharp at every size.</source>
        <translation>Der Graph, wie er jetzt gezeichnet ist, scharf in jeder Größe.</translation>
    </message>
    <message>
        <source>PNG picture</source>
        <translation>PNG-Bild</translation>
    </message>
    <message>
        <source>The graph as it is drawn now, in pixels.</source>
        <translation>Der Graph, wie er jetzt gezeichnet ist, in Bildpunkten.</translation>
    </message>
    <message>
        <source>Write a report</source>
        <translation>Bericht schreiben</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>File to write</source>
        <translation>Zu schreibende Datei</translation>
    </message>
    <message>
        <source>What is drawn</source>
        <translation>Was gezeichnet wird</translation>
    </message>
    <message>
        <source>The whole graph, with the modules that are open</source>
        <translation>Der ganze Graph, mit den geöffneten Modulen</translation>
    </message>
    <message>
        <source>What the window shows</source>
        <translation>Was das Fenster zeigt</translation>
    </message>
    <message>
        <source>The selected module</source>
        <translation>Das ausgewählte Modul</translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>Datei auswählen</translation>
    </message>
    <message>
        <source>For&amp;mat:</source>
        <translation>For&amp;mat:</translation>
    </message>
    <message>
        <source>&amp;File:</source>
        <translation>&amp;Datei:</translation>
    </message>
    <message>
        <source>&amp;Picture:</source>
        <translation>B&amp;ild:</translation>
    </message>
    <message>
        <source>&amp;Scale:</source>
        <translation>&amp;Größe:</translation>
    </message>
    <message>
        <source>&amp;Write</source>
        <translation>&amp;Schreiben</translation>
    </message>
    <message>
        <source>Write the report to</source>
        <translation>Bericht schreiben nach</translation>
    </message>
    <message>
        <source>The graph is not drawn yet.</source>
        <translation>Der Graph ist noch nicht gezeichnet.</translation>
    </message>
    <message>
        <source>There is no folder %1.</source>
        <translation>Es gibt keinen Ordner %1.</translation>
    </message>
    <message>
        <source>%1 × %2 pixels</source>
        <translation>%1 × %2 Bildpunkte</translation>
    </message>
    <message>
        <source>The file is there already and will be replaced.</source>
        <translation>Die Datei gibt es schon; sie wird ersetzt.</translation>
    </message>
</context>
<context>
    <name>strata::ui::ReportFile</name>
    <message>
        <source>The picture would have %1 × %2 pixels. A scale of up to %3 % can be written; SVG and PDF have no limit.</source>
        <translation>Das Bild hätte %1 × %2 Bildpunkte. Bis zu einer Größe von %3 % kann es geschrieben werden; für SVG und PDF gibt es keine Grenze.</translation>
    </message>
    <message>
        <source>“%1” does not describe a report: write FORMAT:PATH, for example pdf:report.pdf. The formats are %2.</source>
        <translation>„%1“ beschreibt keinen Bericht: schreiben Sie FORMAT:PFAD, zum Beispiel pdf:bericht.pdf. Die Formate sind %2.</translation>
    </message>
</context>
<context>
    <name>strata::ui::ReviewConflictModel</name>
    <message>
        <source>Disagreement</source>
        <translation>Uneinigkeit</translation>
    </message>
    <message>
        <source>Surroundings changed</source>
        <translation>Umgebung geändert</translation>
    </message>
    <message>
        <source>Judged something else</source>
        <translation>Urteil über anderes</translation>
    </message>
    <message>
        <source>Module gone</source>
        <translation>Modul weg</translation>
    </message>
    <message>
        <source>Ambiguous</source>
        <translation>Mehrdeutig</translation>
    </message>
    <message>
        <source>Node gone</source>
        <translation>Knoten weg</translation>
    </message>
    <message>
        <source>Conflict</source>
        <translation>Konflikt</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>Was geschehen ist</translation>
    </message>
</context>
<context>
    <name>strata::ui::ReviewController</name>
    <message>
        <source>The review could not be saved. %1</source>
        <translation>Die Prüfung konnte nicht gespeichert werden. %1</translation>
    </message>
    <message>
        <source>The review could not be saved beside the exported file. %1</source>
        <translation>Die Prüfung konnte nicht neben der exportierten Datei gespeichert werden. %1</translation>
    </message>
</context>
<context>
    <name>strata::ui::ReviewFeature</name>
    <message>
        <source>Review</source>
        <translation>Prüfung</translation>
    </message>
    <message>
        <source>&amp;Review</source>
        <translation>&amp;Prüfung</translation>
    </message>
    <message>
        <source>Go to the &amp;queue</source>
        <translation>Zur &amp;Warteschlange</translation>
    </message>
    <message>
        <source>&amp;Next node to review</source>
        <translation>&amp;Nächster Knoten zum Prüfen</translation>
    </message>
    <message>
        <source>&amp;Previous node to review</source>
        <translation>&amp;Voriger Knoten zum Prüfen</translation>
    </message>
    <message>
        <source>&amp;Accept</source>
        <translation>&amp;Annehmen</translation>
    </message>
    <message>
        <source>Re&amp;ject</source>
        <translation>A&amp;blehnen</translation>
    </message>
    <message>
        <source>Give to another &amp;module…</source>
        <translation>Anderem &amp;Modul zuordnen …</translation>
    </message>
    <message>
        <source>Mark as &amp;looked at</source>
        <translation>Als &amp;gesehen markieren</translation>
    </message>
    <message>
        <source>N&amp;ote…</source>
        <translation>N&amp;otiz …</translation>
    </message>
    <message>
        <source>&amp;Clear the decision</source>
        <translation>&amp;Entscheidung löschen</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>Wie&amp;derholen</translation>
    </message>
    <message>
        <source>Mer&amp;ge another review…</source>
        <translation>Andere Prüfung einmis&amp;chen …</translation>
    </message>
    <message>
        <source>&amp;Your name…</source>
        <translation>&amp;Ihr Name …</translation>
    </message>
    <message>
        <source>&amp;Undo: %1</source>
        <translation>&amp;Rückgängig: %1</translation>
    </message>
    <message>
        <source>&amp;Redo: %1</source>
        <translation>Wie&amp;derholen: %1</translation>
    </message>
    <message>
        <source>Reviewed: %1 of %2 nodes</source>
        <translation>Geprüft: %1 von %2 Knoten</translation>
    </message>
    <message>
        <source>Merge another review</source>
        <translation>Andere Prüfung einmischen</translation>
    </message>
    <message>
        <source>Reviews (*.review.json);;All files (*)</source>
        <translation>Prüfungen (*.review.json);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Your name</source>
        <translation>Ihr Name</translation>
    </message>
    <message>
        <source>Written beside each of your decisions. Only decisions under this name are yours to undo.</source>
        <translation>Steht neben jeder Ihrer Entscheidungen. Nur Entscheidungen unter diesem Namen können Sie rückgängig machen.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln new decision(s) from %1.</source>
        <translation>
            <numerusform>%Ln neue Entscheidung aus %1.</numerusform>
            <numerusform>%Ln neue Entscheidungen aus %1.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln conflict(s) are listed in the review.</source>
        <translation>
            <numerusform>%Ln Konflikt steht in der Prüfung.</numerusform>
            <numerusform>%Ln Konflikte stehen in der Prüfung.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>strata::ui::ReviewHistoryModel</name>
    <message>
        <source>%1 nodes and modules</source>
        <translation>%1 Knoten und Module</translation>
    </message>
    <message>
        <source>Root module</source>
        <translation>Wurzelmodul</translation>
    </message>
    <message>
        <source>Module %1</source>
        <translation>Modul %1</translation>
    </message>
    <message>
        <source>root</source>
        <translation>Wurzel</translation>
    </message>
    <message>
        <source>no note</source>
        <translation>keine Notiz</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>Wer</translation>
    </message>
    <message>
        <source>Decision</source>
        <translation>Entscheidung</translation>
    </message>
    <message>
        <source>Of</source>
        <translation>Über</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
</context>
<context>
    <name>strata::ui::ReviewPanel</name>
    <message>
        <source>Review</source>
        <translation>Prüfung</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Warteschlange</translation>
    </message>
    <message>
        <source>Conflicts</source>
        <translation>Konflikte</translation>
    </message>
    <message>
        <source>Decisions</source>
        <translation>Entscheidungen</translation>
    </message>
    <message>
        <source>No conflicts: all decisions fit this model, and nobody disagrees.</source>
        <translation>Keine Konflikte: Alle Entscheidungen passen zu diesem Modell, und alle sind sich einig.</translation>
    </message>
    <message>
        <source>Nothing has been decided yet.</source>
        <translation>Noch ist nichts entschieden.</translation>
    </message>
    <message>
        <source>Coverage and mean confidence as the machine has them, and with the decisions of this review. The machine&apos;s evidence stays as it is.</source>
        <translation>Abdeckung und mittlere Konfidenz, wie die Maschine sie hat, und mit den Entscheidungen dieser Prüfung. Die Belege der Maschine bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Nodes to review</source>
        <translation>Knoten zum Prüfen</translation>
    </message>
    <message>
        <source>Which nodes the queue shows</source>
        <translation>Welche Knoten die Warteschlange zeigt</translation>
    </message>
    <message>
        <source>To review</source>
        <translation>Zu prüfen</translation>
    </message>
    <message>
        <source>All doubtful</source>
        <translation>Alle zweifelhaften</translation>
    </message>
    <message>
        <source>Reviewed</source>
        <translation>Geprüft</translation>
    </message>
    <message>
        <source>Every node</source>
        <translation>Jeder Knoten</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Annehmen</translation>
    </message>
    <message>
        <source>The module is right; of an orphan, it rightly has none (A)</source>
        <translation>Das Modul stimmt; bei einer Waise: Sie hat zu Recht keines (A)</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>Ablehnen</translation>
    </message>
    <message>
        <source>The module is wrong (R)</source>
        <translation>Das Modul ist falsch (R)</translation>
    </message>
    <message>
        <source>Module…</source>
        <translation>Modul …</translation>
    </message>
    <message>
        <source>It belongs to another module (M)</source>
        <translation>Er gehört zu einem anderen Modul (M)</translation>
    </message>
    <message>
        <source>Looked at</source>
        <translation>Gesehen</translation>
    </message>
    <message>
        <source>Mark as looked at, without a judgement (V)</source>
        <translation>Als gesehen markieren, ohne Urteil (V)</translation>
    </message>
    <message>
        <source>Note…</source>
        <translation>Notiz …</translation>
    </message>
    <message>
        <source>Add a note (N)</source>
        <translation>Notiz hinzufügen (N)</translation>
    </message>
    <message>
        <source>Clear the decision (X)</source>
        <translation>Entscheidung löschen (X)</translation>
    </message>
    <message>
        <source>Reason (optional)</source>
        <translation>Grund (freiwillig)</translation>
    </message>
    <message>
        <source>Reason for the next decision</source>
        <translation>Grund der nächsten Entscheidung</translation>
    </message>
    <message>
        <source>Kept with the next decision, then emptied.</source>
        <translation>Wird mit der nächsten Entscheidung festgehalten, dann geleert.</translation>
    </message>
    <message>
        <source>Note: Enter saves, Escape leaves it</source>
        <translation>Notiz: Eingabe speichert, Escape verwirft</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
    <message>
        <source>Conflicts (%1)</source>
        <translation>Konflikte (%1)</translation>
    </message>
    <message>
        <source>Open a model to review the nodes that nothing sure is known of.</source>
        <translation>Ein Modell öffnen, um die Knoten zu prüfen, von denen nichts Sicheres bekannt ist.</translation>
    </message>
    <message>
        <source>Nothing is doubtful</source>
        <translation>Nichts ist zweifelhaft</translation>
    </message>
    <message>
        <source>%1 of %2 doubtful nodes reviewed</source>
        <translation>%1 von %2 zweifelhaften Knoten geprüft</translation>
    </message>
    <message>
        <source>%1 → %2</source>
        <translation>%1 → %2</translation>
    </message>
    <message>
        <source>Coverage %1   ·   confidence %2</source>
        <translation>Abdeckung %1   ·   Konfidenz %2</translation>
    </message>
    <message>
        <source>All doubtful nodes are reviewed.</source>
        <translation>Alle zweifelhaften Knoten sind geprüft.</translation>
    </message>
    <message>
        <source>Nothing is doubtful: every node has a module with high confidence.</source>
        <translation>Nichts ist zweifelhaft: Jeder Knoten hat ein Modul mit hoher Konfidenz.</translation>
    </message>
    <message>
        <source>No nodes here.</source>
        <translation>Hier sind keine Knoten.</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Decisions are about: %1</source>
        <translation>Entscheidungen gelten für: %1</translation>
    </message>
    <message>
        <source>Module of these %1 nodes</source>
        <translation>Modul dieser %1 Knoten</translation>
    </message>
    <message>
        <source>Module that it belongs to</source>
        <translation>Modul, zu dem er gehört</translation>
    </message>
    <message numerus="yes">
        <source>Module %1, %Ln node(s)</source>
        <translation>
            <numerusform>Modul %1, %Ln Knoten</numerusform>
            <numerusform>Modul %1, %Ln Knoten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln node(s)</source>
        <translation>
            <numerusform>%Ln Knoten</numerusform>
            <numerusform>%Ln Knoten</numerusform>
        </translation>
    </message>
    <message>
        <source>Doubtful are orphans, nodes with contradicting evidence, and those with a confidence below %1.</source>
        <translation>Zweifelhaft sind Waisen, Knoten mit widersprüchlichen Belegen und solche mit einer Konfidenz unter %1.</translation>
    </message>
</context>
<context>
    <name>strata::ui::ReviewProgress</name>
    <message>
        <source>Progress of the review</source>
        <translation>Fortschritt der Prüfung</translation>
    </message>
    <message>
        <source>Of %1 doubtful nodes: %2 accepted, %3 reassigned, %4 rejected, %5 looked at.</source>
        <translation>Von %1 zweifelhaften Knoten: %2 angenommen, %3 neu zugeordnet, %4 abgelehnt, %5 gesehen.</translation>
    </message>
</context>
<context>
    <name>strata::ui::ReviewQueueModel</name>
    <message>
        <source>Orphan</source>
        <translation>Waise</translation>
    </message>
    <message>
        <source>Contradicted, %1</source>
        <translation>Widersprüchlich, %1</translation>
    </message>
    <message>
        <source>%1 by %2, %3</source>
        <translation>%1 von %2, %3</translation>
    </message>
    <message>
        <source>Decided for its module.</source>
        <translation>Für sein Modul entschieden.</translation>
    </message>
    <message>
        <source>Decision</source>
        <translation>Entscheidung</translation>
    </message>
    <message>
        <source>Node</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Operator</translation>
    </message>
    <message>
        <source>Module</source>
        <translation>Modul</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Konfidenz</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>Belege</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
</context>
<context>
    <name>strata::ui::ReviewSection</name>
    <message>
        <source>Review</source>
        <translation>Prüfung</translation>
    </message>
    <message>
        <source>Decision</source>
        <translation>Entscheidung</translation>
    </message>
    <message>
        <source>Decided for its module.</source>
        <translation>Für sein Modul entschieden.</translation>
    </message>
    <message>
        <source>Belongs to</source>
        <translation>Gehört zu</translation>
    </message>
    <message>
        <source>By</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>When</source>
        <translation>Wann</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
    <message>
        <source>Reviewed</source>
        <translation>Geprüft</translation>
    </message>
    <message>
        <source>%1 of %2 nodes</source>
        <translation>%1 von %2 Knoten</translation>
    </message>
    <message>
        <source>Confidence after</source>
        <translation>Konfidenz danach</translation>
    </message>
    <message>
        <source>%1 → %2</source>
        <translation>%1 → %2</translation>
    </message>
    <message>
        <source>Mean confidence of its nodes, with the decisions of this review.</source>
        <translation>Mittlere Konfidenz seiner Knoten, mit den Entscheidungen dieser Prüfung.</translation>
    </message>
    <message>
        <source>Conflict</source>
        <translation>Konflikt</translation>
    </message>
</context>
<context>
    <name>strata::ui::ReviewText</name>
    <message>
        <source>Accepted</source>
        <translation>Angenommen</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>Abgelehnt</translation>
    </message>
    <message>
        <source>Reassigned</source>
        <translation>Neu zugeordnet</translation>
    </message>
    <message>
        <source>Looked at</source>
        <translation>Gesehen</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Annehmen</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>Ablehnen</translation>
    </message>
    <message>
        <source>Reassign</source>
        <translation>Neu zuordnen</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
    <message>
        <source>Mark as looked at</source>
        <translation>Als gesehen markieren</translation>
    </message>
    <message>
        <source>Remove the mark</source>
        <translation>Markierung entfernen</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>%1 (%2 nodes)</source>
        <translation>%1 (%2 Knoten)</translation>
    </message>
    <message>
        <source>%1 → %2</source>
        <translation>%1 → %2</translation>
    </message>
    <message>
        <source>%1 → none</source>
        <translation>%1 → keines</translation>
    </message>
</context>
<context>
    <name>strata::ui::SearchBar</name>
    <message>
        <source>Words, and fields with values; &quot;or&quot;, &quot;-&quot; and parentheses combine them. * and ? stand for any text, /…/ is a regular expression.</source>
        <translation>Wörter und Felder mit Werten; „or“, „-“ und Klammern verbinden sie. * und ? stehen für beliebigen Text, /…/ ist ein regulärer Ausdruck.</translation>
    </message>
    <message>
        <source>Search nodes: Conv, module:layer1.*, conf&lt;0.6 …</source>
        <translation>Knoten suchen: Conv, module:layer1.*, conf&lt;0.6 …</translation>
    </message>
    <message>
        <source>Search nodes</source>
        <translation>Knoten suchen</translation>
    </message>
    <message>
        <source>Previous found node</source>
        <translation>Voriger gefundener Knoten</translation>
    </message>
    <message>
        <source>Next found node</source>
        <translation>Nächster gefundener Knoten</translation>
    </message>
    <message>
        <source>List the found nodes</source>
        <translation>Gefundene Knoten auflisten</translation>
    </message>
    <message>
        <source>Not a query</source>
        <translation>Keine Abfrage</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Nichts gefunden</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message numerus="yes">
        <source>%Ln node(s)</source>
        <translation>
            <numerusform>%Ln Knoten</numerusform>
            <numerusform>%Ln Knoten</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>strata::ui::SessionKeeper</name>
    <message>
        <source>Strata ended while it restored its windows; this time they were left closed.</source>
        <translation>Strata endete, während es seine Fenster wiederherstellte; diesmal blieben sie geschlossen.</translation>
    </message>
    <message>
        <source>Restore them</source>
        <translation>Wiederherstellen</translation>
    </message>
</context>
<context>
    <name>strata::ui::ShortcutDialog</name>
    <message>
        <source>Assign</source>
        <translation>Zuweisen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Default</source>
        <translation>Standard</translation>
    </message>
    <message>
        <source>Reset all</source>
        <translation>Alle zurücksetzen</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Find an action or keys</source>
        <translation>Aktion oder Tasten finden</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>Aktion</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>New keys</source>
        <translation>Neue Tasten</translation>
    </message>
    <message>
        <source>Click here, then press the new keys</source>
        <translation>Hier klicken, dann die neuen Tasten drücken</translation>
    </message>
    <message>
        <source>The action has no keys then</source>
        <translation>Die Aktion hat dann keine Tasten</translation>
    </message>
    <message>
        <source>The keys that the action came with</source>
        <translation>Die Tasten, die die Aktion von Haus aus hat</translation>
    </message>
    <message>
        <source>Fixed</source>
        <translation>Fest</translation>
    </message>
    <message>
        <source>Show a problem in tree and graph</source>
        <translation>Problem in Baum und Graph zeigen</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Open or close a module in the tree</source>
        <translation>Modul im Baum auf- oder zuklappen</translation>
    </message>
    <message>
        <source>Right, Left</source>
        <translation>Rechts, Links</translation>
    </message>
    <message>
        <source>Open or close a module in the graph</source>
        <translation>Modul im Graphen auf- oder zuklappen</translation>
    </message>
    <message>
        <source>Enter, Backspace</source>
        <translation>Eingabe, Rücktaste</translation>
    </message>
    <message>
        <source>Came with: %1</source>
        <translation>Von Haus aus: %1</translation>
    </message>
    <message>
        <source>Choose an action to change its keys</source>
        <translation>Eine Aktion wählen, um ihre Tasten zu ändern</translation>
    </message>
    <message>
        <source>Reassign</source>
        <translation>Neu zuordnen</translation>
    </message>
    <message>
        <source>“%1” has these keys, and they cannot be changed.</source>
        <translation>„%1“ hat diese Tasten, und sie lassen sich nicht ändern.</translation>
    </message>
    <message>
        <source>“%1” has these keys, or keys that begin alike: it loses them.</source>
        <translation>„%1“ hat diese Tasten oder solche, die ebenso beginnen: Die Aktion verliert sie.</translation>
    </message>
    <message>
        <source>Along the data flow of the graph</source>
        <translation>Dem Datenfluss des Graphen entlang</translation>
    </message>
    <message>
        <source>Up, Down</source>
        <translation>Auf, Ab</translation>
    </message>
    <message>
        <source>To the other branches, or to what stands beside</source>
        <translation>Zu den anderen Zweigen oder zu dem, was daneben steht</translation>
    </message>
    <message>
        <source>Left, Right</source>
        <translation>Links, Rechts</translation>
    </message>
    <message>
        <source>Move the graph</source>
        <translation>Den Graphen verschieben</translation>
    </message>
    <message>
        <source>Shift and arrow keys</source>
        <translation>Umschalt und Pfeiltasten</translation>
    </message>
</context>
<context>
    <name>strata::ui::SideBySide</name>
    <message>
        <source>Inputs</source>
        <translation>Eingaben</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>Ausgaben</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>Belege</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>Konfidenz</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Typ</translation>
    </message>
    <message>
        <source>Minimum</source>
        <translation>Minimum</translation>
    </message>
    <message>
        <source>Maximum</source>
        <translation>Maximum</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>Deviation</source>
        <translation>Abweichung</translation>
    </message>
    <message>
        <source>Zeros</source>
        <translation>Nullen</translation>
    </message>
    <message>
        <source>NaN and Inf</source>
        <translation>NaN und Inf</translation>
    </message>
    <message>
        <source>Facts</source>
        <translation>Angaben</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>Operator</translation>
    </message>
    <message>
        <source>Attributes</source>
        <translation>Attribute</translation>
    </message>
    <message>
        <source>Origin in PyTorch</source>
        <translation>Ursprung in PyTorch</translation>
    </message>
    <message>
        <source>Nodes by operator</source>
        <translation>Knoten nach Operator</translation>
    </message>
    <message>
        <source>Weight of input %1</source>
        <translation>Gewicht am Eingang %1</translation>
    </message>
    <message>
        <source>Largest difference of elements</source>
        <translation>Größte Abweichung der Elemente</translation>
    </message>
</context>
<context>
    <name>strata::ui::SideBySideFeature</name>
    <message>
        <source>Side by side</source>
        <translation>Nebeneinander</translation>
    </message>
    <message>
        <source>P&amp;in for comparison</source>
        <translation>Zum Vergleich an&amp;heften</translation>
    </message>
    <message>
        <source>Keeps the selected node or module on the left of Side by side; the right follows the selection.</source>
        <translation>Hält den gewählten Knoten oder das gewählte Modul links in „Nebeneinander“; rechts folgt der Auswahl.</translation>
    </message>
    <message>
        <source>Compare the two &amp;chosen</source>
        <translation>Die &amp;beiden gewählten vergleichen</translation>
    </message>
    <message>
        <source>Choose two nodes with Ctrl+click first.</source>
        <translation>Zuerst zwei Knoten mit Strg+Klick wählen.</translation>
    </message>
</context>
<context>
    <name>strata::ui::SideBySidePanel</name>
    <message>
        <source>Only differences</source>
        <translation>Nur Unterschiede</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>Nebeneinander</translation>
    </message>
    <message>
        <source>%1: show it in the graph</source>
        <translation>%1: im Graphen zeigen</translation>
    </message>
    <message>
        <source>Swap the sides</source>
        <translation>Seiten tauschen</translation>
    </message>
    <message>
        <source>Copy as text</source>
        <translation>Als Text kopieren</translation>
    </message>
    <message>
        <source>Compare nothing</source>
        <translation>Nichts vergleichen</translation>
    </message>
    <message>
        <source>Properties of the two</source>
        <translation>Eigenschaften der beiden</translation>
    </message>
    <message>
        <source>Pin a node or a module (right click, Pin for comparison), then select another one: both are shown here, property by property.</source>
        <translation>Einen Knoten oder ein Modul anheften (Rechtsklick, Zum Vergleich anheften), dann ein anderes auswählen: Hier stehen beide, Eigenschaft für Eigenschaft.</translation>
    </message>
    <message>
        <source>%1 is pinned. Select another one to see both side by side.</source>
        <translation>%1 ist angeheftet. Wählen Sie etwas anderes aus, um beide nebeneinander zu sehen.</translation>
    </message>
    <message>
        <source>Property</source>
        <translation>Eigenschaft</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>Links</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>Rechts</translation>
    </message>
    <message>
        <source>No differences</source>
        <translation>Keine Unterschiede</translation>
    </message>
    <message numerus="yes">
        <source>%Ln difference(s)</source>
        <translation>
            <numerusform>%Ln Unterschied</numerusform>
            <numerusform>%Ln Unterschiede</numerusform>
        </translation>
    </message>
    <message>
        <source>They differ</source>
        <translation>Sie unterscheiden sich</translation>
    </message>
    <message>
        <source>differs</source>
        <translation>verschieden</translation>
    </message>
    <message>
        <source>equal</source>
        <translation>gleich</translation>
    </message>
</context>
<context>
    <name>strata::ui::SourceAttachment</name>
    <message>
        <source>&amp;Attach source model…</source>
        <translation>&amp;Quellmodell anhängen …</translation>
    </message>
    <message>
        <source>&amp;Detach the source model</source>
        <translation>Que&amp;llmodell abtrennen</translation>
    </message>
    <message>
        <source>Finds every node&apos;s module with the PyTorch model beside it.</source>
        <translation>Findet das Modul jedes Knotens mit dem PyTorch-Modell daneben.</translation>
    </message>
    <message>
        <source>A PyTorch model is its own source; open the ONNX file.</source>
        <translation>Ein PyTorch-Modell ist seine eigene Quelle; die ONNX-Datei öffnen.</translation>
    </message>
    <message>
        <source>Attach the source model of %1</source>
        <translation>Quellmodell von %1 anhängen</translation>
    </message>
    <message>
        <source>PyTorch models (*.pt *.pth *.pt2 *.ts);;All files (*)</source>
        <translation>PyTorch-Modelle (*.pt *.pth *.pt2 *.ts);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Attaching %1</source>
        <translation>%1 wird angehängt</translation>
    </message>
    <message>
        <source>%1 could not be attached.</source>
        <translation>%1 konnte nicht angehängt werden.</translation>
    </message>
    <message>
        <source>Detaching the source model</source>
        <translation>Das Quellmodell wird abgetrennt</translation>
    </message>
    <message>
        <source>The file could not be read again.</source>
        <translation>Die Datei konnte nicht erneut gelesen werden.</translation>
    </message>
    <message>
        <source>%1 is attached. Modules: %6. Orphans: %2 → %3. Mean confidence: %4 → %5.</source>
        <translation>%1 ist angehängt. Module: %6. Waisen: %2 → %3. Mittlere Konfidenz: %4 → %5.</translation>
    </message>
    <message>
        <source>Modules and parameters of the source that are missing or changed in the file: %1.</source>
        <translation>Module und Parameter der Quelle, die in der Datei fehlen oder geändert sind: %1.</translation>
    </message>
    <message>
        <source>Show them</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Detach</source>
        <translation>Abtrennen</translation>
    </message>
</context>
<context>
    <name>strata::ui::StrategyDialog</name>
    <message>
        <source>FX: from the code alone</source>
        <translation>FX: allein aus dem Code</translation>
    </message>
    <message>
        <source>HTP: as a run of the model went</source>
        <translation>HTP: wie ein Lauf des Modells ging</translation>
    </message>
    <message>
        <source>Hybrid: from the code, some places as a run went</source>
        <translation>Hybrid: aus dem Code, einige Stellen wie ein Lauf ging</translation>
    </message>
    <message>
        <source>Branch</source>
        <translation>Verzweigung</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>Schleife</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>given</source>
        <translation>angegeben</translation>
    </message>
    <message>
        <source>assumed from the weights they flow into</source>
        <translation>aus den Gewichten angenommen, in die sie fließen</translation>
    </message>
    <message>
        <source>recorded in the file</source>
        <translation>in der Datei aufgezeichnet</translation>
    </message>
    <message>
        <source>Export strategy</source>
        <translation>Strategie des Exports</translation>
    </message>
    <message>
        <source>Strategy</source>
        <translation>Strategie</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message>
        <source>Run on</source>
        <translation>Gelaufen mit</translation>
    </message>
    <message>
        <source>Inputs are</source>
        <translation>Eingaben sind</translation>
    </message>
    <message>
        <source>Memory of the run</source>
        <translation>Speicher des Laufs</translation>
    </message>
    <message>
        <source>%1 beside the weights</source>
        <translation>%1 neben den Gewichten</translation>
    </message>
    <message>
        <source>Places that follow the run (%1)</source>
        <translation>Stellen, die dem Lauf folgen (%1)</translation>
    </message>
    <message>
        <source>FX nodes by module</source>
        <translation>FX-Knoten nach Modul</translation>
    </message>
    <message>
        <source>The export holds for inputs that decide these places as those of the run did.</source>
        <translation>Der Export gilt für Eingaben, die an diesen Stellen so entscheiden wie die des Laufs.</translation>
    </message>
    <message>
        <source>hybrid</source>
        <translation>hybrid</translation>
    </message>
    <message>
        <source>Strategy: %1</source>
        <translation>Strategie: %1</translation>
    </message>
    <message>
        <source>Strategy: %1, one place as run</source>
        <translation>Strategie: %1, eine Stelle nach dem Lauf</translation>
    </message>
    <message>
        <source>Strategy: %1, %2 places as run</source>
        <translation>Strategie: %1, %2 Stellen nach dem Lauf</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Module</source>
        <translation>Modul</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>In the run</source>
        <translation>Im Lauf</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>Male</translation>
    </message>
    <message>
        <source>Depends on</source>
        <translation>Hängt ab von</translation>
    </message>
    <message>
        <source>data</source>
        <translation>Daten</translation>
    </message>
    <message>
        <source>shapes</source>
        <translation>Formen</translation>
    </message>
    <message>
        <source>all</source>
        <translation>alle</translation>
    </message>
</context>
<context>
    <name>strata::ui::TensorSection</name>
    <message>
        <source>one value</source>
        <translation>ein Wert</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>Werte</translation>
    </message>
    <message>
        <source>Save as .npy…</source>
        <translation>Als .npy speichern …</translation>
    </message>
    <message>
        <source>Which tensor of the node</source>
        <translation>Welcher Tensor des Knotens</translation>
    </message>
    <message>
        <source>Read the values</source>
        <translation>Werte lesen</translation>
    </message>
    <message>
        <source>For numpy. Types that numpy does not have are saved as float32 or int8.</source>
        <translation>Für numpy. Typen, die numpy nicht kennt, werden als float32 oder int8 gespeichert.</translation>
    </message>
    <message>
        <source>Axis of the rows</source>
        <translation>Achse der Zeilen</translation>
    </message>
    <message>
        <source>Axis of the columns</source>
        <translation>Achse der Spalten</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>Zeilen</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>Spalten</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Typ</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>Form</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Values of this type are not shown as numbers.</source>
        <translation>Werte dieses Typs werden nicht als Zahlen gezeigt.</translation>
    </message>
    <message>
        <source>Read %1</source>
        <translation>%1 lesen</translation>
    </message>
    <message>
        <source>Reading …</source>
        <translation>Wird gelesen …</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>Bereich</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>Deviation</source>
        <translation>Abweichung</translation>
    </message>
    <message>
        <source>Zeros</source>
        <translation>Nullen</translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <translation>%1 · %2</translation>
    </message>
    <message>
        <source>Not a number</source>
        <translation>Keine Zahl</translation>
    </message>
    <message>
        <source>Infinite</source>
        <translation>Unendlich</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1 (%2)</translation>
    </message>
    <message>
        <source>Place on axis %1</source>
        <translation>Stelle auf Achse %1</translation>
    </message>
    <message>
        <source>axis %1: </source>
        <translation>Achse %1: </translation>
    </message>
    <message>
        <source>Save the values</source>
        <translation>Werte speichern</translation>
    </message>
    <message>
        <source>numpy arrays (*.npy)</source>
        <translation>numpy-Arrays (*.npy)</translation>
    </message>
</context>
<context>
    <name>strata::ui::ValueHistogram</name>
    <message>
        <source>Histogram of the values</source>
        <translation>Histogramm der Werte</translation>
    </message>
    <message>
        <source>%1 values from %2 to %3</source>
        <translation>%1 Werte von %2 bis %3</translation>
    </message>
    <message>
        <source>%1 to %2: %3 values</source>
        <translation>%1 bis %2: %3 Werte</translation>
    </message>
</context>
<context>
    <name>strata::ui::ValueLabel</name>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
</context>
<context>
    <name>strata::ui::WindowMenu</name>
    <message>
        <source>&amp;Window</source>
        <translation>&amp;Fenster</translation>
    </message>
    <message>
        <source>&amp;Next window</source>
        <translation>&amp;Nächstes Fenster</translation>
    </message>
    <message>
        <source>&amp;Previous window</source>
        <translation>&amp;Voriges Fenster</translation>
    </message>
    <message>
        <source>&amp;New window</source>
        <translation>Neues Fens&amp;ter</translation>
    </message>
    <message>
        <source>Open in a ne&amp;w window…</source>
        <translation>&amp;In neuem Fenster öffnen …</translation>
    </message>
    <message>
        <source>Restore windows at the ne&amp;xt start</source>
        <translation>Fenster beim nächsten Start &amp;wiederherstellen</translation>
    </message>
    <message>
        <source>(no model)</source>
        <translation>(kein Modell)</translation>
    </message>
    <message>
        <source>Clo&amp;se the window</source>
        <translation>Fenster s&amp;chließen</translation>
    </message>
</context>
<context>
    <name>strata::ui::Words</name>
    <message>
        <source>, … (%1 in all)</source>
        <translation>, … (%1 insgesamt)</translation>
    </message>
    <message>
        <source>Recorded</source>
        <translation>Aufgezeichnet</translation>
    </message>
    <message>
        <source>Parameter</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>Scope name</source>
        <translation>Name des Namensraums</translation>
    </message>
    <message>
        <source>Structural match</source>
        <translation>Gleiche Struktur</translation>
    </message>
    <message>
        <source>Consensus</source>
        <translation>Übereinstimmung</translation>
    </message>
    <message>
        <source>Common ancestor</source>
        <translation>Gemeinsamer Vorfahr</translation>
    </message>
    <message>
        <source>Synthetic</source>
        <translation>Künstlich</translation>
    </message>
    <message>
        <source>The exporter recorded the module while it made the node.</source>
        <translation>Der Exporter hat das Modul aufgezeichnet, als er den Knoten erzeugte.</translation>
    </message>
    <message>
        <source>The node reads a parameter that belongs to exactly one module.</source>
        <translation>Der Knoten liest einen Parameter, der genau einem Modul gehört.</translation>
    </message>
    <message>
        <source>The node&apos;s name spells a module of the tree.</source>
        <translation>Der Name des Knotens nennt ein Modul des Baums.</translation>
    </message>
    <message>
        <source>The operators around the node match those of the source model.</source>
        <translation>Die Operatoren um den Knoten passen zu denen des Quellmodells.</translation>
    </message>
    <message>
        <source>The nodes before and after agree on the module.</source>
        <translation>Die Knoten davor und danach stimmen im Modul überein.</translation>
    </message>
    <message>
        <source>The nearest module that contains the nodes around it.</source>
        <translation>Das nächste Modul, das die Knoten ringsum enthält.</translation>
    </message>
    <message>
        <source>No module is known: the path is made up so that it can be shown.</source>
        <translation>Es ist kein Modul bekannt: Der Pfad ist erdacht, damit er gezeigt werden kann.</translation>
    </message>
    <message>
        <source>PyTorch modules</source>
        <translation>PyTorch-Module</translation>
    </message>
    <message>
        <source>Own modules</source>
        <translation>Eigene Module</translation>
    </message>
    <message>
        <source>Functions</source>
        <translation>Funktionen</translation>
    </message>
    <message>
        <source>Methods</source>
        <translation>Methoden</translation>
    </message>
    <message>
        <source>Attributes</source>
        <translation>Attribute</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>Eingaben</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>Ausgaben</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>TorchScript</source>
        <translation>TorchScript</translation>
    </message>
    <message>
        <source>torch.export program</source>
        <translation>torch.export-Programm</translation>
    </message>
    <message>
        <source>ONNX</source>
        <translation>ONNX</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>Das Modell wird geladen</translation>
    </message>
    <message>
        <source>Following the forward pass</source>
        <translation>Der Vorwärtslauf wird verfolgt</translation>
    </message>
    <message>
        <source>Translating to ONNX operators</source>
        <translation>Übersetzung in ONNX-Operatoren</translation>
    </message>
    <message>
        <source>Simplifying the graph</source>
        <translation>Der Graph wird vereinfacht</translation>
    </message>
    <message>
        <source>Finding each node&apos;s module</source>
        <translation>Das Modul jedes Knotens wird gesucht</translation>
    </message>
    <message>
        <source>Writing the file</source>
        <translation>Die Datei wird geschrieben</translation>
    </message>
    <message>
        <source>Reading the file</source>
        <translation>Die Datei wird gelesen</translation>
    </message>
    <message>
        <source>Hashing the file</source>
        <translation>Der Hash der Datei wird berechnet</translation>
    </message>
    <message>
        <source>Laying out the graph</source>
        <translation>Der Graph wird angeordnet</translation>
    </message>
    <message>
        <source>Comparing the graphs</source>
        <translation>Die Graphen werden verglichen</translation>
    </message>
    <message>
        <source>(root)</source>
        <translation>(Wurzel)</translation>
    </message>
    <message>
        <source>%1 (%2 nodes)</source>
        <translation>%1 (%2 Knoten)</translation>
    </message>
</context>
</TS>
