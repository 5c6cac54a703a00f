# Puts the bytes of a file into a program: placet_embed(target file header name) gives `name` and
# `name_size`, which the header declares.
set(placet_embed_script ${CMAKE_CURRENT_LIST_FILE})

function(placet_embed target file header name)
    get_filename_component(input ${file} ABSOLUTE)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${name}.c)
    add_custom_command(OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} -D INPUT=${input} -D OUTPUT=${output} -D HEADER=${header}
            -D NAME=${name} -P ${placet_embed_script}
        DEPENDS ${input} ${placet_embed_script} COMMENT "Embedding ${file}" VERBATIM)
    target_sources(${target} PRIVATE ${output})
endfunction()

if(CMAKE_SCRIPT_MODE_FILE)
    file(READ ${INPUT} bytes HEX)
    string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    file(WRITE ${OUTPUT} "#include \"${HEADER}\"\n\nconst unsigned char ${NAME}[] = {\n${bytes}};\n"
        "const size_t ${NAME}_size = sizeof(${NAME});\n")
endif()
