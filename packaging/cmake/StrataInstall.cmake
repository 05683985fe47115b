# What is installed besides the programs, and the Debian package (cpack -G DEB in the build folder).

install(FILES LICENSE README.md CHANGELOG.md packaging/THIRD-PARTY-NOTICES.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
if(EXISTS "${PROJECT_SOURCE_DIR}/resources/schemas")
    install(DIRECTORY resources/schemas DESTINATION "${CMAKE_INSTALL_DATADIR}/strata" FILES_MATCHING PATTERN "*.json")
endif()
install(DIRECTORY resources/samples DESTINATION "${CMAKE_INSTALL_DATADIR}/strata" PATTERN "*.py" EXCLUDE)
install(FILES packaging/man/strata-cli.1 DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(FILES packaging/completion/_strata-cli DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions")
install(FILES packaging/completion/strata-cli.fish DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
install(FILES packaging/completion/strata-cli.bash DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
        RENAME strata-cli)
if(STRATA_WITH_UI)
    set(app_id org.strata.Strata)
    install(FILES packaging/man/strata.1 DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
    install(FILES packaging/desktop/${app_id}.desktop DESTINATION "${CMAKE_INSTALL_DATADIR}/applications")
    install(FILES packaging/desktop/${app_id}.metainfo.xml DESTINATION "${CMAKE_INSTALL_DATADIR}/metainfo")
    install(FILES packaging/desktop/${app_id}.mime.xml DESTINATION "${CMAKE_INSTALL_DATADIR}/mime/packages"
            RENAME ${app_id}.xml)
    install(FILES packaging/desktop/${app_id}.svg DESTINATION "${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps")
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME strata)
set(CPACK_PACKAGE_VENDOR "The Strata developers")
set(CPACK_PACKAGE_CONTACT "The Strata developers <strata@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION
    "Strata exports PyTorch models to ONNX with the module path of every node kept,
and shows the module tree next to the ONNX graph: which node came from where,
how sure that is, and why. The package holds the window (strata) and the command line (strata-cli).")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${CMAKE_BINARY_DIR}/lib")
# libblas3 alone is very slow; libonnxruntime is only for `--verify`.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libopenblas0-pthread, qt6-translations-l10n")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libonnxruntime1.21")
include(CPack)
