//! Libraries from npm.

use super::stage::{Stage, console};

#[test]
fn the_libraries_of_postman_can_be_required() {
    let report = Stage::new("test").run(
        "const show = (value) => console.log(value);\n\
         show(require('lodash').chunk([1, 2, 3], 2));\n\
         show(_.get({a: [{b: 1}]}, 'a[0].b'));\n\
         show(require('crypto-js').SHA256('abc').toString().slice(0, 8));\n\
         show(CryptoJS.HmacSHA256('text', 'key').toString(CryptoJS.enc.Hex).slice(0, 8));\n\
         show(CryptoJS.AES.decrypt(CryptoJS.AES.encrypt('hi', 'key').toString(), 'key').toString(CryptoJS.enc.Utf8));\n\
         show(new (require('ajv'))().validate({type: 'number'}, 1));\n\
         show(tv4.validate(1, {type: 'string'}));\n\
         show(/^[0-9a-f-]{36}$/.test(require('uuid').v4()) && require('uuid')().length);\n\
         show(require('moment')('2020-01-31T00:00:00Z').utc().add(1, 'month').format('YYYY-MM-DD'));\n\
         show(cheerio.load('<p class=x>hi<b>!</b></p>')('.x').text());\n\
         show(require('csv-parse/lib/sync')('a,b\\n1,2', {columns: true}));\n\
         require('xml2js').parseString('<a x=\"1\">t</a>', (error, parsed) => show(parsed));\n\
         const sdk = require('postman-collection'); show(new sdk.Url('http://h/p?a=1').getPath());\n\
         show(pm.require('npm:lodash@4.17.21').camelCase('a b'));\n\
         require('chai').assert.equal(1, 1);",
    );
    assert_eq!(
        console(&report),
        [
            "[ [ 1, 2 ], [ 3 ] ]",
            "1",
            "ba7816bf",
            "6afa9046",
            "hi",
            "true",
            "false",
            "36",
            "2020-02-29",
            "hi!",
            "[ { a: '1', b: '2' } ]",
            "{ a: { _: 't', $: { x: '1' } } }",
            "/p",
            "aB",
        ]
    );
}

#[test]
fn a_library_that_is_not_there_is_named_and_the_others_are_listed() {
    let report = Stage::new("test").run("require('left-pad')");
    let message = &report.errors[0].message;
    assert!(message.starts_with("Cannot find module 'left-pad'") && message.contains("lodash"), "{message}");
}
